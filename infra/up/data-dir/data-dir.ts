/** The one directory that holds everything a platform keeps: databases, secrets, logs, and who is running. */
import { accessSync, chmodSync, constants, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { toUnwritable } from './to-unwritable.ts'

export interface DataDir {
  readonly path: string
  readonly postgres: string
  readonly engine: string
  readonly logs: string
  /** Forms in the long run, unless the environment names another place. */
  readonly archive: string
  readonly secretsFile: string
  readonly stateFile: string
  /** Written while a platform runs: where it listens. */
  readonly platformFile: string
  readonly lockFile: string
}

/** The paths below `path`; creates nothing. */
export function toDataDir(path: string): DataDir {
  const root = resolve(path)
  return {
    path: root,
    postgres: join(root, 'postgres'),
    engine: join(root, 'engine'),
    logs: join(root, 'logs'),
    archive: join(root, 'archive'),
    secretsFile: join(root, 'secrets.json'),
    stateFile: join(root, 'state.json'),
    platformFile: join(root, 'platform.json'),
    lockFile: join(root, 'lock.json'),
  }
}

/**
 * Creates what is missing. For root it may be passed through by others (Postgres runs as another user there), but not listed.
 * @throws UP_DATA_UNWRITABLE
 */
export function prepareDataDir(path: string): DataDir {
  const dataDir = toDataDir(path)
  try {
    mkdirSync(dataDir.path, { recursive: true })
    mkdirSync(dataDir.logs, { recursive: true, mode: 0o700 })
    accessSync(dataDir.path, constants.W_OK | constants.X_OK)
    if (process.getuid?.() === 0) chmodSync(dataDir.path, 0o711)
    else chmodSync(dataDir.path, 0o700)
  } catch (error) {
    throw toUnwritable(dataDir.path, error)
  }
  return dataDir
}
