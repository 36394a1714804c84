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
  const payloads = events.map((event) => Buffer.from(event.payload))
  let next = 1
  const from = payloads.map(({ byteLength }) => (next += byteLength) - byteLength)
  await client.query({
    name: 'feed-append',
    // Payloads travel as one run of bytes: quoting them for an array of text costs both sides as much as the insert.
    text: `
      with appended as (
        insert into feed.outbox (topic, domain, event_key, payload)
        select topic, domain, event_key, convert_from(substring($4::bytea from payload_from for payload_bytes), 'UTF8')
        from unnest($1::text[], $2::text[], $3::text[], $5::integer[], $6::integer[]) with ordinality
          as e (topic, domain, event_key, payload_from, payload_bytes, n)
        order by n
      )
      select pg_notify('${FEED_CHANNEL}', '')`,
    values: [
      events.map((event) => event.topic),
      events.map((event) => event.domain),
      events.map((event) => event.eventKey),
      Buffer.concat(payloads),
      from,
      payloads.map(({ byteLength }) => byteLength),
    ],
  })
}
