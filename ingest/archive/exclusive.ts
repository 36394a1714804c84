import type { PoolClient } from 'pg'
import type { Postgres } from '#infra/platform/contract.ts'
import { archiveBusy } from './problems.ts'

const LOCK_SPACE = 72_036
const LOCK_NAME = 'archive'

/**
 * One writer of the archive at a time, among all processes: what it stores is named by nobody for a while, and nobody shall take it
 * for garbage. Holds one connection; the lock goes with it.
 * @throws INGEST_ARCHIVE_BUSY
 */
export async function exclusively<T>(postgres: Postgres, work: () => Promise<T>): Promise<T> {
  const client = await postgres.pool.connect()
  // Broken while it rests: the lock is lost, and the next statement of the work fails too.
  const ignore = (): void => undefined
  client.on('error', ignore)
  let isHeld = false
  try {
    const { rows } = await client.query<{ held: boolean }>(
      'select pg_try_advisory_lock($1, hashtext($2)) as held',
      [LOCK_SPACE, LOCK_NAME],
    )
    isHeld = rows[0]?.held === true
    if (!isHeld) throw archiveBusy({})
    return await work()
  } finally {
    client.off('error', ignore)
    client.release(isHeld ? await tryUnlocking(client) : undefined)
  }
}

/** @returns what stands in the way: then the session is ended, and the lock with it. */
async function tryUnlocking(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('select pg_advisory_unlock($1, hashtext($2))', [LOCK_SPACE, LOCK_NAME])
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error('the lock of the archive was not given up')
  }
}
