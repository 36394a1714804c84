/** How an event gets into the outbox: in the transaction that makes it true (F1). */
import type { PoolClient } from 'pg'
import type { NewEvent } from '../contract.ts'

/** Channel on which a commit wakes the consumers. */
export const FEED_CHANNEL = 'feed'

/**
 * Appends events inside the caller's transaction: one statement whatever their number, none for none.
 * Consumers are woken when that transaction commits.
 * @param events in the order in which a consumer shall see them.
 */
export async function appendEvents(
  client: Pick<PoolClient, 'query'>,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return
  await client.query({
    name: 'feed-append',
    text: `
      with appended as (
        insert into feed.outbox (topic, domain, event_key, payload)
        select topic, domain, event_key, payload
        from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality as e (topic, domain, event_key, payload, n)
        order by n
      )
      select pg_notify('${FEED_CHANNEL}', '')`,
    values: [
      events.map((event) => event.topic),
      events.map((event) => event.domain),
      events.map((event) => event.eventKey),
      events.map((event) => event.payload),
    ],
  })
}
