/** ClickHouse itself: opens the data folder once, gives a fresh connection to each statement, ends statements on demand. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { engineFailed, engineLocked } from './problems.ts'
import { EngineException } from './exception.ts'
import { openConnection, type Connection } from './native.ts'
import { quote } from './prologue.ts'
import { writeServerFiles } from './server-files.ts'

export interface Engine {
  readonly version: string
  readonly serverName: string
  readonly timezone: string
  open(): Connection
  /** Ends what runs under this id; returns when ClickHouse has noted it, not when it has ended. */
  kill(queryId: string): Promise<void>
  close(): void
}

/** Our own files, beside ClickHouse's in the data folder. */
export function ownFolder(path: string): string {
  return join(path, 'casehouse')
}

/** @throws WAREHOUSE_ENGINE_LOCKED, WAREHOUSE_ENGINE_FAILED */
export async function createEngine(path: string): Promise<Engine> {
  const args = writeServerFiles(ownFolder(path))
  const keeper = openKeeper(path, args)
  const { bytes } = await keeper.query('SELECT version(), hostName(), serverTimezone()', 'JSONCompactEachRow')
  // One row of three strings, as asked.
  const [version, serverName, timezone] = JSON.parse(bytes.toString()) as [string, string, string]
  const open = () => openConnection(path)
  return {
    version,
    serverName,
    timezone,
    open,
    kill: async (queryId) => {
      const connection = open()
      try {
        await connection.query(
          `KILL QUERY WHERE Settings['log_comment'] = ${quote(queryId)} ASYNC FORMAT Null`,
          'Null',
        )
      } finally {
        connection.close()
      }
    },
    close: () => keeper.close(),
  }
}

function openKeeper(path: string, args: readonly string[]): Connection {
  try {
    return openConnection(path, args)
  } catch (error) {
    if (!(error instanceof EngineException)) throw error
    const pid = findHolder(path)
    throw pid === undefined
      ? engineFailed({ path, code: error.code }, error)
      : engineLocked({ path, pid }, error)
  }
}

/** The library says only on stderr why it did not open; whoever holds the folder has left its number in `status`. */
function findHolder(path: string): number | undefined {
  try {
    const pid = Number(/^PID: (\d+)$/m.exec(readFileSync(join(path, 'status'), 'utf8'))?.[1])
    return process.kill(pid, 0) ? pid : undefined
  } catch {
    return undefined
  }
}
