/** Events that a consumer could not use: shown to people, and sent again once the cause is gone. */
import type { PoolClient } from 'pg'
import type { Deliver, FeedEvent, Postgres } from '../contract.ts'
import { appendEvents } from './append-events.ts'
import { isUnavailable } from './deliver-range.ts'
import { EVENT_COLUMNS, toFeedEvent, toRange, type EventRow } from './position.ts'
import { EVENT_BUG } from './problems.ts'

export interface ParkedRow {
  readonly parkedId: number
  readonly consumer: string
  readonly event: FeedEvent
  readonly code: string
  readonly reason: string
  readonly attempts: number
  readonly parkedAt: Date
}

interface ParkedSqlRow extends EventRow {
  readonly parked_id: number
  readonly consumer: string
  readonly code: string
  readonly reason: string
  readonly attempts: number
}

const PARKED_COLUMNS = `parked_id, consumer, code, reason, attempts, ${EVENT_COLUMNS.replace('created_at', 'parked_at as created_at')}`

export interface ListParkedOptions {
  readonly domain?: string | undefined
  readonly consumer?: string | undefined
  readonly code?: string | undefined
  readonly parkedId?: string | undefined
  /** 100 unless told. */
  readonly limit?: number | undefined
}

/** Those not yet sent again, the oldest first. `event.createdAt` is the instant of parking: the outbox row may be gone. */
export async function listParked(
  postgres: Postgres,
  options: ListParkedOptions = {},
): Promise<readonly ParkedRow[]> {
  const { rows } = await postgres.pool.query<ParkedSqlRow>(
    `select ${PARKED_COLUMNS} from feed.parked
     where replayed_at is null and ($1::text is null or domain = $1) and ($2::text is null or consumer = $2)
       and ($4::text is null or code = $4) and ($5::bigint is null or parked_id = $5)
     order by parked_id limit $3`,
    [
      options.domain ?? null,
      options.consumer ?? null,
      options.limit ?? 100,
      options.code ?? null,
      options.parkedId ?? null,
    ],
  )
  return rows.map(toParkedRow)
}

function toParkedRow(row: ParkedSqlRow): ParkedRow {
  const { parked_id: parkedId, consumer, code, reason, attempts } = row
  const event = toFeedEvent(row)
  return { parkedId, consumer, event, code, reason, attempts, parkedAt: event.createdAt }
}

export interface ReplayResult {
  readonly replayedEvents: number
  /** Failed again, and stay parked with their new reason. */
  readonly parkedEvents: number
}

/**
 * Sends parked events of a consumer again, each in a transaction of its own, in the order of the feed.
 * With `deliver` they go straight to the store. Without, they are appended to the outbox once more: every consumer of the topic
 * sees them, as it may any event, and one that fails again is parked anew.
 * @throws what `deliver` throws when it is `unavailable`; what went before stays done.
 */
export async function replayParked(
  postgres: Postgres,
  { consumer, parkedId }: { readonly consumer: string; readonly parkedId?: number | undefined },
  deliver?: Deliver,
): Promise<ReplayResult> {
  const { rows } = await postgres.pool.query<{ parked_id: number }>(
    `select parked_id from feed.parked
     where consumer = $1 and replayed_at is null and ($2::bigint is null or parked_id = $2) order by xid, seq`,
    [consumer, parkedId ?? null],
  )
  let replayedEvents = 0
  let parkedEvents = 0
  for (const row of rows) {
    const outcome = await postgres.transaction((client) => replayOne(client, row.parked_id, deliver))
    if (outcome === 'replayed') replayedEvents += 1
    if (outcome === 'parked') parkedEvents += 1
  }
  return { replayedEvents, parkedEvents }
}

async function replayOne(
  client: PoolClient,
  parkedId: number,
  deliver: Deliver | undefined,
): Promise<'replayed' | 'parked' | 'gone'> {
  const { rows } = await client.query<ParkedSqlRow>(
    `select ${PARKED_COLUMNS} from feed.parked where parked_id = $1 and replayed_at is null for update skip locked`,
    [parkedId],
  )
  const [row] = rows
  if (row === undefined) return 'gone'
  const again = deliver === undefined ? await appendAgain(client, row) : await deliverAgain(row, deliver)
  if (again === undefined) {
    await client.query(
      'update feed.parked set replayed_at = now(), attempts = attempts + 1 where parked_id = $1',
      [parkedId],
    )
    return 'replayed'
  }
  await client.query(
    'update feed.parked set attempts = attempts + 1, code = $2, reason = $3 where parked_id = $1',
    [parkedId, again.code, again.reason],
  )
  return 'parked'
}

async function appendAgain(client: PoolClient, row: ParkedSqlRow): Promise<undefined> {
  await appendEvents(client, [toFeedEvent(row)])
}

async function deliverAgain(
  row: ParkedSqlRow,
  deliver: Deliver,
): Promise<{ readonly code: string; readonly reason: string } | undefined> {
  const event = toFeedEvent(row)
  const place = { xid: event.xid, seq: event.seq }
  const range = toRange(row.consumer, place, place, [event])
  try {
    // A token of its own for each try: a store that drops repeated tokens must not drop this.
    const parked = await deliver({ ...range, token: `replay-${row.parked_id}-${row.attempts}` })
    return parked[0]
  } catch (error) {
    if (isUnavailable(error)) throw error
    return { code: EVENT_BUG, reason: 'The consumer threw again when the event was replayed.' }
  }
}
