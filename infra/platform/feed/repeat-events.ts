/** Sends events of documents again that a reader is found to have lost; readers apply by version, so nothing counts twice. */
import type { Postgres, Topic } from '../contract.ts'
import { appendEvents } from './append-events.ts'

interface OutboxRow {
  readonly event_key: string
  readonly payload: string
}

/**
 * Appends every event of these keys that the outbox still holds once more, in their old order. Reads the whole outbox of
 * the topic: for repairs, not for the hot path.
 * @returns the keys of which something was found.
 */
export async function repeatEvents(
  postgres: Postgres,
  asked: { readonly topic: Topic; readonly domain: string; readonly eventKeys: readonly string[] },
): Promise<readonly string[]> {
  if (asked.eventKeys.length === 0) return []
  return postgres.transaction(async (client) => {
    const { rows } = await client.query<OutboxRow>(
      `select event_key, payload from (
         select distinct on (event_key, payload) event_key, payload, xid, seq from feed.outbox
         where topic = $1 and domain = $2 and event_key = any($3) order by event_key, payload, xid, seq) as e
       order by xid, seq`,
      [asked.topic, asked.domain, asked.eventKeys],
    )
    await appendEvents(
      client,
      rows.map((row) => ({
        topic: asked.topic,
        domain: asked.domain,
        eventKey: row.event_key,
        payload: row.payload,
      })),
    )
    return [...new Set(rows.map((row) => row.event_key))]
  })
}
