import { setTimeout as sleep } from 'node:timers/promises'
import type { WarehouseClient } from '#infra/platform/index.ts'
import type { Acknowledged } from '../generator/plan.ts'
import { createHistogram, type Percentiles } from '../generator/histogram.ts'

const POLL_MS = 20
/** Nobody would call it fresh. */
const LONGEST_WAIT_MS = 120_000
/** A form comes in before it is acknowledged, and at most so much before. */
const ACKNOWLEDGED_WITHIN_MS = 20_000
const ASKED_AT_ONCE = 1_000

/** Milliseconds of the system's clock, the same in every process. */
export const clockMs = (): number => performance.timeOrigin + performance.now()

/**
 * Of these forms, those that a query returns now: deduplicated and over a range of time, as the pages ask.
 * @param sinceMs they came in after it, by the system's clock
 */
export async function findVisible(
  warehouse: WarehouseClient,
  domain: string,
  { ids, sinceMs }: { readonly ids: readonly string[]; readonly sinceMs: number },
): Promise<readonly string[]> {
  if (ids.length === 0) return []
  const result = await warehouse.query({
    query: `select form_id from forms final where domain = {domain:String}
      and received_at >= fromUnixTimestamp64Milli({since:Int64}) and form_id in {ids:Array(String)}`,
    query_params: { domain, ids: [...ids], since: Math.floor(sinceMs) },
    format: 'JSONEachRow',
  })
  return (await result.json<{ form_id: string }>()).map((row) => row.form_id)
}

export interface Watch {
  add(forms: readonly Acknowledged[]): void
  /** Waits for those still missing. @returns from the acknowledgement to the answer that held the form */
  finish(): Promise<{ readonly latency: Percentiles; readonly unseen: number }>
}

/** Asks again and again for the forms that were acknowledged and not yet seen. */
export function watchForms(warehouse: WarehouseClient, domain: string): Watch {
  const waiting = new Map<string, number>()
  const latency = createHistogram()
  let endsAt: number | undefined
  const isOver = (): boolean =>
    endsAt !== undefined && (waiting.size === 0 || performance.now() - endsAt > LONGEST_WAIT_MS)

  async function poll(): Promise<void> {
    while (!isOver()) {
      const ids = [...waiting.keys()].slice(0, ASKED_AT_ONCE)
      const sinceMs = Math.min(...waiting.values()) - ACKNOWLEDGED_WITHIN_MS
      const seen = await findVisible(warehouse, domain, { ids, sinceMs })
      const now = clockMs()
      for (const formId of seen) {
        latency.record(now - (waiting.get(formId) ?? now))
        waiting.delete(formId)
      }
      await sleep(POLL_MS)
    }
  }

  const polling = poll()
  return {
    add(forms) {
      for (const { formId, at } of forms) waiting.set(formId, at)
    },
    async finish() {
      endsAt = performance.now()
      await polling
      return { latency: latency.toPercentiles(), unseen: waiting.size }
    },
  }
}
