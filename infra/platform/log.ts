/** One JSON line a fact on stderr: a fixed phrase as the message, ids as fields, never a form value. */
import pino from 'pino'
import type { Log } from './contract.ts'
import { Problem } from './problem.ts'

export interface LogOptions {
  /** The process or room that speaks. */
  readonly name: string
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent' | undefined
}

const MOST_FRAMES = 12

/** Where it was thrown: the lines behind the message, which may have lines of its own that only look like frames. */
function framesOf({ stack = '', message }: Error): readonly string[] {
  const at = stack.indexOf(message)
  const behind = at < 0 ? stack : stack.slice(at + message.length)
  const lines = behind
    .split('\n')
    .filter((line) => /^ {4}at .*(?::\d+:\d+|<anonymous>|native)\)?$/.test(line))
  return lines.slice(0, MOST_FRAMES).map((line) => line.trim())
}

/**
 * Whether the message of an error that is no `Problem` may be read by others: what the operating system says, and plain
 * errors thrown by the code of `infra` itself. Engines, drivers and the language (`JSON.parse`, `Intl`, a `TypeError`) quote
 * values in theirs.
 */
function saysNothingTyped(error: Error, frames: readonly string[]): boolean {
  if ('syscall' in error && 'errno' in error) return true
  const isPlain = Object.getPrototypeOf(error) === Error.prototype && !('code' in error)
  return isPlain && /[/\\]infra[/\\](?:platform|embedded|up|demo)[/\\]/.test(frames[0] ?? '')
}

/**
 * What of an error may be logged. Driver errors carry rows (`detail`, `where`, `parameters`) and put values into their
 * messages, so of anything that is not ours only the kind, the code and the frames are kept.
 */
export function toLoggedError(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof Problem) {
    const cause = error.cause === undefined ? {} : { cause: toLoggedError(error.cause) }
    return { type: 'Problem', code: error.code, kind: error.kind, message: error.message, ...cause }
  }
  if (!(error instanceof Error)) return { type: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const frames = framesOf(error)
  const message = saysNothingTyped(error, frames) ? { message: error.message } : {}
  return { type: error.name, ...code, ...message, frames }
}

/** The same as lines for a terminal, which may be a log as well. */
export function toErrorLines(error: unknown): string {
  const { type, code, message, frames } = toLoggedError(error)
  const head = [type, code, message]
    .filter((part) => part !== undefined)
    .map(String)
    .join(': ')
  const lines = Array.isArray(frames) ? frames.map((frame) => `    ${String(frame)}`) : []
  return [head, ...lines].join('\n')
}

/** Errors go in as `log.error({ err }, 'phrase')`. */
export function createLog({ name, level = 'info' }: LogOptions): Log {
  return pino(
    { name, level, serializers: { err: toLoggedError }, base: { name, pid: process.pid } },
    pino.destination({ fd: 2, sync: true }),
  )
}
