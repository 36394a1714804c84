/** A range of events → the inserts that carry it: one for each topic and domain, and one more for events of it that are unlike the others. Pure. */
import type { FeedEvent, FeedRange, ParkedEvent } from '#infra/platform/index.ts'
import { LOADED_TOPICS, type LoadedTopic } from '../contract.ts'
import { PARK_CODES } from '../problems.ts'
import { isNameableDomain } from '../schema/entry-tables.ts'
import { Misfit } from './reading.ts'
import { createLineReader } from './to-lines.ts'
import { toCaseEntry, toFormEntry, toWorkerEntry } from './to-rows.ts'

type Row = Readonly<Record<string, unknown>>

interface Insert {
  readonly topic: LoadedTopic
  readonly domain: string
  /** The same range gives the same token and the same rows, so a repeated delivery is dropped by the engine. */
  readonly token: string
}

/** Rows that were read here. */
export interface RowBatch extends Insert {
  readonly kind: 'rows'
  readonly rows: readonly Row[]
}

/** Events that the engine reads: all of them, or it says that it cannot. */
export interface LineBatch extends Insert {
  readonly kind: 'lines'
  readonly events: readonly FeedEvent[]
}

export type Batch = RowBatch | LineBatch

export interface Plan {
  /** Those of one topic and domain: the second may need to see what the first has stored. */
  readonly batches: readonly (readonly Batch[])[]
  readonly parked: readonly ParkedEvent[]
}

/** Fewer events are read here sooner than the engine has understood what to do with them. */
const LEAST_LINES = 100

const TO_ROW = {
  'form-events.v1': toFormEntry,
  'case-events.v1': toCaseEntry,
  'user-events.v1': toWorkerEntry,
} as const

function toParked(
  event: FeedEvent,
  code: keyof typeof PARK_CODES,
  reason: string = PARK_CODES[code],
): ParkedEvent {
  return { event, code, reason }
}

interface Group extends Insert {
  readonly events: FeedEvent[]
}

/** The same range always gives the same plan, whether or not it was delivered before. */
export function planBatches(range: FeedRange): Plan {
  const parked: ParkedEvent[] = []
  const groups = new Map<string, Group>()
  for (const event of range.events) {
    const { domain } = event
    const known = groups.get(`${event.topic}:${domain}`)
    if (known !== undefined) {
      known.events.push(event)
      continue
    }
    const topic = LOADED_TOPICS.find((loaded) => loaded === event.topic)
    if (!isNameableDomain(domain)) parked.push(toParked(event, 'WAREHOUSE_DOMAIN_UNNAMEABLE'))
    else if (topic === undefined) parked.push(toParked(event, 'WAREHOUSE_TOPIC_UNKNOWN'))
    else {
      const key = `${topic}:${domain}`
      groups.set(key, { topic, domain, token: `${range.token}:${key}`, events: [event] })
    }
  }
  const batches = [...groups.values()].map((group) => toBatches(group, parked))
  return { batches: batches.filter((ofGroup) => ofGroup.length > 0), parked }
}

function toBatches(group: Group, parked: ParkedEvent[]): readonly Batch[] {
  const { topic, domain, token, events } = group
  const { fits } = createLineReader(topic, domain)
  const lines = topic === 'user-events.v1' || events.length < LEAST_LINES ? [] : events.filter(fits)
  if (lines.length < LEAST_LINES) return keep(parked, readEvents(group, events))
  const rest = lines.length === events.length ? [] : events.filter((event) => !fits(event))
  return [
    { kind: 'lines', topic, domain, token, events: lines },
    ...keep(parked, readEvents({ topic, domain, token: `${token}:rest` }, rest)),
  ]
}

function keep(parked: ParkedEvent[], read: ReturnType<typeof readEvents>): readonly Batch[] {
  parked.push(...read.parked)
  return read.batch.rows.length === 0 ? [] : [read.batch]
}

/** What `to-rows.ts` makes of events, and those of which it can make nothing. */
export function readEvents(
  insert: Insert,
  events: readonly FeedEvent[],
): { readonly batch: RowBatch; readonly parked: readonly ParkedEvent[] } {
  const { topic, domain, token } = insert
  const parked: ParkedEvent[] = []
  const rows: Row[] = []
  for (const event of events) {
    try {
      rows.push(TO_ROW[topic](event))
    } catch (error) {
      if (!(error instanceof Misfit)) throw error
      parked.push(toParked(event, 'WAREHOUSE_EVENT_MALFORMED', error.message))
    }
  }
  return { batch: { kind: 'rows', topic, domain, token, rows }, parked }
}
