/**
 * Rows of the outbox as events, by `COPY` in binary: at a hundred thousand events a second nobody may turn a payload into a
 * string who does not read it. Payloads of one topic and domain lie behind one another, each with a line end behind it,
 * so that a store can be sent a run of them as it lies there.
 */
import type { PoolClient } from 'pg'
import type { FeedEvent, FeedPosition, Topic } from '../contract.ts'
import { copyOut } from './copy-out.ts'

type Queryable = Pick<PoolClient, 'query'>

/** In this order on the wire: three of eight bytes, then texts. */
const COLUMNS = 'xid, seq, created_at, topic, domain, event_key, payload'
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
const HEADER_BYTES = 19
/** Behind the number of fields; each field begins with its length. */
const [XID_AT, SEQ_AT, CREATED_AT, TEXTS_AT] = [6, 18, 30, 38]
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1)
const FIRST_SLAB_BYTES = 16 * 1024
const LARGEST_SLAB_BYTES = 1024 * 1024
const LINE_END = 10

export interface ReadLimits {
  readonly maxEvents: number
  /** Of payload; the first event may be larger. */
  readonly maxBytes: number
}

export interface OutboxEvents {
  readonly events: readonly FeedEvent[]
  readonly payloadBytes: number
  /** There may be more than these. */
  readonly isFull: boolean
}

/** Decodes what is asked for, each time. */
class OutboxEvent implements FeedEvent {
  readonly topic: Topic
  readonly domain: string
  readonly payloadBytes: Buffer
  readonly #head: Buffer
  readonly #keyAt: number

  constructor(facts: { topic: Topic; domain: string; payloadBytes: Buffer; head: Buffer; keyAt: number }) {
    this.topic = facts.topic
    this.domain = facts.domain
    this.payloadBytes = facts.payloadBytes
    this.#head = facts.head
    this.#keyAt = facts.keyAt
  }

  get eventKey(): string {
    return this.#head.toString('utf8', this.#keyAt)
  }

  get payload(): string {
    return this.payloadBytes.toString('utf8')
  }

  get xid(): string {
    return this.#head.readBigUInt64BE(XID_AT).toString()
  }

  get seq(): string {
    return this.#head.readBigInt64BE(SEQ_AT).toString()
  }

  get createdAt(): Date {
    const microseconds =
      this.#head.readInt32BE(CREATED_AT) * 2 ** 32 + this.#head.readUInt32BE(CREATED_AT + 4)
    return new Date(POSTGRES_EPOCH_MS + Math.floor(microseconds / 1_000))
  }
}

/** Where payloads of one topic and domain are put. */
interface Slab {
  bytes: Buffer
  used: number
}

class EventCollector {
  readonly events: FeedEvent[] = []
  payloadBytes = 0
  readonly #slabs = new Map<string, Slab>()

  take(row: Buffer, at: number): void {
    const topicBytes = row.readInt32BE(at + TEXTS_AT)
    const topicAt = at + TEXTS_AT + 4
    const domainBytes = row.readInt32BE(topicAt + topicBytes)
    const domainAt = topicAt + topicBytes + 4
    const keyBytes = row.readInt32BE(domainAt + domainBytes)
    const keyAt = domainAt + domainBytes + 4
    const payloadAt = keyAt + keyBytes + 4
    // Only our producers write the column, through `appendEvents`, whose type allows nothing else.
    const topic = row.toString('latin1', topicAt, topicAt + topicBytes) as Topic
    const domain = row.toString('utf8', domainAt, domainAt + domainBytes)
    const payloadBytes = this.#keep(`${topic} ${domain}`, row, payloadAt)
    const head = Buffer.from(row.subarray(at, keyAt + keyBytes))
    this.events.push(new OutboxEvent({ topic, domain, payloadBytes, head, keyAt: keyAt - at }))
    this.payloadBytes += payloadBytes.length
  }

  #keep(key: string, row: Buffer, from: number): Buffer {
    const size = row.length - from
    const known = this.#slabs.get(key)
    const slab =
      known !== undefined && known.bytes.length - known.used > size ? known : this.#open(key, known, size)
    const start = slab.used
    row.copy(slab.bytes, start, from)
    slab.used = start + size + 1
    slab.bytes[slab.used - 1] = LINE_END
    return slab.bytes.subarray(start, start + size)
  }

  #open(key: string, last: Slab | undefined, size: number): Slab {
    const doubled =
      last === undefined ? FIRST_SLAB_BYTES : Math.min(last.bytes.length * 2, LARGEST_SLAB_BYTES)
    const slab = { bytes: Buffer.allocUnsafeSlow(Math.max(doubled, size + 1)), used: 0 }
    this.#slabs.set(key, slab)
    return slab
  }
}

/** A number from the database that becomes part of a statement: `COPY` takes no parameters. */
const number = (decimal: string): string => `'${BigInt(decimal)}'`

/** Put on the connection first, for `COPY` to find; it lasts as long as the connection. */
export const KEEP_TOPICS = `set_config('casehouse.topics', topics::text, false)`
const TOPICS = `array(select unnest(current_setting('casehouse.topics')::text[]))`

/**
 * Events behind `from` in the order of the feed, of the topics that the connection keeps (`KEEP_TOPICS`): up to `to`, or,
 * without it, as far as the fence lets one see, and within `limits`.
 */
export async function readOutbox(
  client: Queryable,
  from: FeedPosition,
  to: FeedPosition | ReadLimits,
): Promise<OutboxEvents> {
  const limits = 'maxEvents' in to ? to : { maxEvents: Infinity, maxBytes: Infinity }
  const end =
    'maxEvents' in to
      ? `o.xid < pg_snapshot_xmin(pg_current_snapshot()) and o.topic = any(${TOPICS}) order by o.xid, o.seq limit ${BigInt(to.maxEvents)}`
      : `(o.xid, o.seq) <= (${number(to.xid)}::xid8, ${number(to.seq)}::bigint) and o.topic = any(${TOPICS}) order by o.xid, o.seq`
  const collector = new EventCollector()
  let isCut = false
  await copyOut(
    client,
    `copy (select ${COLUMNS} from feed.outbox o
      where (o.xid, o.seq) > (${number(from.xid)}::xid8, ${number(from.seq)}::bigint) and ${end}) to stdout (format binary)`,
    (row) => {
      const at = row.subarray(0, SIGNATURE.length).equals(SIGNATURE) ? HEADER_BYTES : 0
      // The last row says that it is none; behind the header there may be nothing.
      if (row.length < at + TEXTS_AT) return
      isCut ||= collector.payloadBytes > 0 && collector.payloadBytes + row.length > limits.maxBytes
      if (!isCut) collector.take(row, at)
    },
  )
  const { events, payloadBytes } = collector
  return { events, payloadBytes, isFull: isCut || events.length >= limits.maxEvents }
}
