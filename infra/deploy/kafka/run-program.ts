/** One program to its end, with what it said. */
import { spawn } from 'node:child_process'

export interface ProgramResult {
  /** Null when there is no such program. */
  readonly code: number | null
  readonly output: string
}

/** Never throws for a program that fails or is not there. `output` is stdout and stderr, at most the last 8,000 characters. */
export function runProgram(program: string, args: readonly string[]): Promise<ProgramResult> {
  return new Promise((done) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-8_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', () => done({ code: null, output }))
    child.once('close', (code) => done({ code: code ?? 1, output }))
  })
}
