import type { Problem } from '#infra/platform/index.ts'
import { dataDirUnwritable } from '../problems.ts'

/** What the system said when a file of the data directory could not be written. */
export function toUnwritable(dataDir: string, error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return dataDirUnwritable({ dataDir, code }, error)
}
