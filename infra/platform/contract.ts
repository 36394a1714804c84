/** What every room may rely on from the platform, as types. The platform knows no domain and imports no room. */
import type { Logger } from 'pino'
import type { Pool, PoolClient } from 'pg'
import type { Kysely } from 'kysely'
import type { Database } from './postgres/database.ts'

export type Log = Logger
export type Clock = () => Date

/** The name of a project space: the first key of every table and the first argument of every store function. */
export type Domain = string & { readonly __brand: 'Domain' }
export type FormId = string & { readonly __brand: 'FormId' }
export type CaseId = string & { readonly __brand: 'CaseId' }

/** One database, one pool. `db` for ordinary statements, `pool` for the few hot ones that are written by hand. */
export interface Postgres {
  readonly pool: Pool
  readonly db: Kysely<Database>
  /** Runs `work` between `begin` and `commit`; rolls back and rethrows what it throws. */
  transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export const TOPICS = [
  'form-events.v1',
  'case-events.v1',
  'sms-events.v1',
  'user-events.v1',
  'device-events.v1',
] as const
export type Topic = (typeof TOPICS)[number]

/** What a producer appends in its own transaction. `payload` is one JSON document. */
export interface NewEvent {
  readonly topic: Topic
  readonly domain: string
  /** The id whose order matters. */
  readonly eventKey: string
  readonly payload: string
}

/** Where an event stands in the outbox; positions order as (xid, seq), both decimal strings of 64-bit numbers. */
export interface FeedPosition {
  readonly xid: string
  readonly seq: string
}

export interface FeedEvent extends NewEvent, FeedPosition {
  readonly createdAt: Date
  /** `payload` in UTF-8, where the carrier has it as it came; `payload` is then decoded at each access. Not to be written to. */
  readonly payloadBytes?: Uint8Array | undefined
}

/** A planned range: the same `token` always names the same events, so a store can drop a repeated delivery. */
export interface FeedRange {
  readonly consumer: string
  readonly from: FeedPosition
  readonly to: FeedPosition
  /** `from-to` as text. */
  readonly token: string
  readonly events: readonly FeedEvent[]
}

/** What became of an event: bad data in a stream is a value, not an exception. */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'drop'; readonly reason: string }
  | { readonly kind: 'park'; readonly code: string; readonly reason: string }

export interface ParkedEvent {
  readonly event: FeedEvent
  readonly code: string
  readonly reason: string
}

/** Delivers one range. Returns the events it could not use; throws when nothing of the range is to be counted as delivered. */
export type Deliver = (range: FeedRange) => Promise<readonly ParkedEvent[]>

/** A named reader of the feed, whatever carries it. */
export interface FeedConsumer {
  /**
   * Returns after `close`. Waits while another instance has its turn, and while what it needs is away.
   * @throws what is neither: a fault, for the process to end with.
   */
  run(): Promise<void>
  /** Lets the range under way end, gives up the turn. */
  close(): Promise<void>
}

/** How far a consumer is. `asOf`: every event created before this instant is delivered. */
export interface ConsumerStatus {
  readonly name: string
  readonly topics: readonly string[]
  readonly position: FeedPosition
  readonly asOf: Date | null
  readonly deliveredEvents: number
  readonly waitingEvents: number
  readonly parkedEvents: number
  readonly lagSeconds: number
}
