/** Parked events as the page shows them. Pure. */
import type { ParkedEvents } from '#api/contract.ts'

type ParkedRow = ParkedEvents['rows'][number]

/** How many wait for each reason, the most first. */
export function countCodes(
  rows: readonly ParkedRow[],
): readonly { readonly code: string; readonly count: number }[] {
  return [...Map.groupBy(rows, (row) => row.code)]
    .map(([code, some]) => ({ code, count: some.length }))
    .sort((a, b) => b.count - a.count || a.code.localeCompare(b.code))
}

/** The page of the form or case that an event tells of; null for what has none. */
export function documentHref(domain: string, row: Pick<ParkedRow, 'topic' | 'event_key'>): string | null {
  const base = `/a/${encodeURIComponent(domain)}/reports`
  if (row.topic === 'form-events.v1') return `${base}/form_data/${encodeURIComponent(row.event_key)}/`
  if (row.topic === 'case-events.v1') return `${base}/case_data/${encodeURIComponent(row.event_key)}/`
  return null
}
