import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { dataFileForbidden, dataFileUnreadable } from '../problems.ts'
import { toUnwritable } from './to-unwritable.ts'

/**
 * Reads one of our JSON files.
 * @returns undefined when there is none
 * @throws UP_DATA_FILE_UNREADABLE when it holds something else, UP_DATA_FILE_FORBIDDEN when it is another user's
 */
export function readJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): z.output<Schema> | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return undefined
    if (code === 'EACCES' || code === 'EPERM') throw dataFileForbidden({ path }, error)
    throw dataFileUnreadable({ path }, error)
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw dataFileUnreadable({ path }, error)
  }
}

/**
 * Replaces the file in one step, so that a reader or a crash sees the old or the new one.
 * @throws UP_DATA_UNWRITABLE
 */
export function writeJsonFile(path: string, value: unknown, mode = 0o600): void {
  const draft = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode, flush: true })
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw toUnwritable(dirname(path), error)
  }
}
