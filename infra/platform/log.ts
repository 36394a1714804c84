/** One JSON line a fact on stderr: a fixed phrase as the message, ids as fields, never a form value. */
import pino from 'pino'
import type { Log } from './contract.ts'
import { Problem } from './problem.ts'

export interface LogOptions {
  /** The process or room that speaks. */
  readonly name: string
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent' | undefined
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
  const frames = error.stack?.split('\n').filter((line) => line.trimStart().startsWith('at ')) ?? []
  const message = 'severity' in error ? {} : { message: error.message }
  return { type: error.name, ...code, ...message, frames: frames.slice(0, 12).map((frame) => frame.trim()) }
}

/** Errors go in as `log.error({ err }, 'phrase')`. */
export function createLog({ name, level = 'info' }: LogOptions): Log {
  return pino(
    { name, level, serializers: { err: toLoggedError }, base: { name, pid: process.pid } },
    pino.destination({ fd: 2, sync: true }),
  )
}
