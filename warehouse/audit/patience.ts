/** Remembers what repairs did not help, so that a document is not sent again on every pass for ever. */
import type { Clock } from '#infra/platform/index.ts'
import type { AuditReport } from './audit.ts'
import type { Difference } from './difference.ts'

export interface Patience {
  mayRepair(difference: Difference): boolean
  note(report: AuditReport): void
}

const TRIES = 3
const AGAIN_AFTER_MS = 3_600_000
/** What is known of more documents is forgotten, the oldest first: they are tried again a little early. */
const MOST_REMEMBERED = 10_000

/** Three tries, then one an hour. */
export function createPatience(now: Clock): Patience {
  const tried = new Map<string, { readonly tries: number; readonly at: number }>()
  const print = ({ domain, what, id, expected_version: version }: Difference) =>
    JSON.stringify([domain, what, id, version])
  return {
    mayRepair(difference) {
      const known = tried.get(print(difference))
      return known === undefined || known.tries < TRIES || now().getTime() - known.at >= AGAIN_AFTER_MS
    },
    note({ differences, reasons = [] }) {
      const failed = new Set(
        reasons
          .filter(({ reason }) => reason !== 'WAREHOUSE_AUDIT_GIVEN_UP')
          .map(({ difference }) => print(difference)),
      )
      const skipped = new Set(reasons.map(({ difference }) => print(difference)))
      for (const difference of differences) {
        const key = print(difference)
        const { tries = 0 } = tried.get(key) ?? {}
        if (failed.has(key)) tried.delete(key)
        if (failed.has(key)) tried.set(key, { tries: tries + 1, at: now().getTime() })
        else if (!skipped.has(key)) tried.delete(key)
      }
      for (const key of tried.keys()) {
        if (tried.size <= MOST_REMEMBERED) break
        tried.delete(key)
      }
    },
  }
}
