/**
 * Named pipes, one a lane: `INTO OUTFILE` writes a result of any format into one, and Node reads it without blocking. The
 * engine's write blocks while the client is slow, so a result is never held in memory, however long it is.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, constants, mkdirSync, openSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { pipesMissing } from './problems.ts'

export interface OpenPipe {
  readonly path: string
  readonly source: Socket
  /** To be called when the writer is done: what is in the pipe is read, then the source ends. */
  finish(): void
}

export interface Pipes {
  open(lane: number): OpenPipe
}

/** @throws WAREHOUSE_ENGINE_PIPES_MISSING */
export function createPipes({ folder, count }: { folder: string; count: number }): Pipes {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const paths = Array.from({ length: count }, (_, lane) => join(folder, `lane-${lane}`))
  const made = spawnSync('mkfifo', ['-m', '600', ...paths])
  if (made.status !== 0) throw pipesMissing({ path: folder }, made.error)
  return {
    open: (lane) => {
      const path = paths[lane] ?? ''
      const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      // Held open until the engine has answered, else the source would end before the engine has opened its side.
      const writing = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
      const source = new Socket({ fd: reading, readable: true, writable: false })
      let finished = false
      const finish = () => {
        if (finished) return
        finished = true
        closeSync(writing)
      }
      return { path, source, finish }
    },
  }
}
