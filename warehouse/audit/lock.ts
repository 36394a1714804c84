/** One audit that repairs by itself at a time, on a database: two would send everything twice. */
import type { Postgres } from '#infra/platform/index.ts'

/** Any number that no other lock of ours uses. */
const AUDIT_LOCK = '7203615441017'

/** Undefined while another process has it. @returns gives it up; so does the loss of the connection. */
export async function tryAuditLock({ pool }: Postgres): Promise<(() => void) | undefined> {
  const client = await pool.connect()
  // A connection that breaks while nobody uses it must not end the process.
  const ignore = (): void => undefined
  client.on('error', ignore)
  try {
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [
      AUDIT_LOCK,
    ])
    if (rows[0]?.held === true) return () => client.release(true)
    client.off('error', ignore)
    client.release()
    return undefined
  } catch (error) {
    client.release(true)
    throw error
  }
}
