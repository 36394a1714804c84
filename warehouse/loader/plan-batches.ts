/** A range of events → the inserts that carry it: one for each topic and domain. Pure. */
import type { FeedEvent, FeedRange, ParkedEvent } from '#infra/platform/index.ts'
import { LOADED_TOPICS, type LoadedTopic } from '../contract.ts'
import { PARK_CODES } from '../problems.ts'
import { isNameableDomain } from '../schema/entry-tables.ts'
import { Misfit } from './reading.ts'
import { toCaseEntry, toFormEntry, toWorkerEntry } from './to-rows.ts'

export interface Batch {
  readonly topic: LoadedTopic
  readonly domain: string
  /** The same range gives the same token and the same rows, so a repeated delivery is dropped by the engine. */
  readonly token: string
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

const TO_ROW = {
  'form-events.v1': toFormEntry,
  'case-events.v1': toCaseEntry,
  'user-events.v1': toWorkerEntry,
} as const

export interface Plan {
  readonly batches: readonly Batch[]
  readonly parked: readonly ParkedEvent[]
}

function toParked(
  event: FeedEvent,
  code: keyof typeof PARK_CODES,
  reason: string = PARK_CODES[code],
): ParkedEvent {
  return { event, code, reason }
}

export function planBatches(range: FeedRange): Plan {
  const parked: ParkedEvent[] = []
  const batches = new Map<string, Batch & { rows: Readonly<Record<string, unknown>>[] }>()
  for (const event of range.events) {
    if (!isNameableDomain(event.domain)) {
      parked.push(toParked(event, 'WAREHOUSE_DOMAIN_UNNAMEABLE'))
      continue
    }
    const topic = LOADED_TOPICS.find((loaded) => loaded === event.topic)
    if (topic === undefined) {
      parked.push(toParked(event, 'WAREHOUSE_TOPIC_UNKNOWN'))
      continue
    }
    try {
      const row = TO_ROW[topic](event)
      const token = `${range.token}:${topic}:${event.domain}`
      const batch = batches.get(token)
      if (batch === undefined) {
        batches.set(token, { topic, domain: event.domain, token, rows: [row] })
      } else batch.rows.push(row)
    } catch (error) {
      if (!(error instanceof Misfit)) throw error
      parked.push(toParked(event, 'WAREHOUSE_EVENT_MALFORMED', error.message))
    }
  }
  return { batches: [...batches.values()], parked }
}
