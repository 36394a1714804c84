/** Reading what one has just written, and saying up to when an answer is complete. */
import { LOADER_CONSUMER } from '#warehouse/contract.ts'
import { Problem, readConsumerStatus, waitForConsumer } from '#infra/platform/index.ts'
import type { Postgres } from '#infra/platform/index.ts'

/** Longer than the loader needs (tens of milliseconds); short enough to answer with what there is when it stands still. */
const WAIT_MS = 1_000

/** Waits until the warehouse holds everything committed before the call, at most a second. */
export async function waitForWarehouse(postgres: Postgres): Promise<void> {
  try {
    await waitForConsumer(postgres, LOADER_CONSUMER, { timeoutMs: WAIT_MS })
  } catch (error) {
    // An answer that is behind says so in `as_of`; that is better than none.
    const isBehind = error instanceof Problem && error.code.startsWith('PLATFORM_FEED_CONSUMER_')
    if (!isBehind) throw error
  }
}

/** The instant up to which the warehouse is complete; null before the loader's first start. */
export async function readAsOf(postgres: Postgres): Promise<string | null> {
  try {
    const { asOf } = await readConsumerStatus(postgres, LOADER_CONSUMER)
    return asOf === null ? null : asOf.toISOString().replace('Z', '000Z')
  } catch (error) {
    if (error instanceof Problem && error.code === 'PLATFORM_FEED_CONSUMER_UNKNOWN') return null
    throw error
  }
}

const READ_AT = `select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`

/**
 * Postgres's own instant, ISO 8601 UTC with six fraction digits. Asked for before other reads, it is the instant up to
 * which they are complete: whatever was committed before it is in them.
 */
export async function readInstant({ pool }: Postgres): Promise<string> {
  const { rows } = await pool.query<{ at: string }>(READ_AT)
  return rows[0]?.at ?? ''
}
