/** The log file of one process, kept below twice `maxBytes`: the full one becomes `NAME.log.1`. */
import { appendFileSync, renameSync, statSync } from 'node:fs'

export interface RotatingLog {
  readonly file: string
  write(chunk: Buffer | string): void
  /** The last lines written by this process, for error messages. */
  tail(lines: number): string
}

const TAIL_CHARS = 8_000

export function createRotatingLog(file: string, maxBytes: number): RotatingLog {
  let sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  let recent = ''
  return {
    file,
    write(chunk) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      recent = (recent + bytes.toString('utf8')).slice(-TAIL_CHARS)
      try {
        if (sizeBytes > 0 && sizeBytes + bytes.length > maxBytes) {
          renameSync(file, `${file}.1`)
          sizeBytes = 0
        }
        appendFileSync(file, bytes, { mode: 0o600 })
        sizeBytes += bytes.length
      } catch {
        // A full disk must not end the supervisor; what cannot be kept is at least in `tail`.
      }
    },
    tail(lines) {
      return recent.trimEnd().split('\n').slice(-lines).join('\n')
    },
  }
}
