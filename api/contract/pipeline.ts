/** What the page of the data pipeline asks and is told: events set aside, sent again, checks, rates and lags. */
import { z } from 'zod'
import { ReadAt } from './read-at.ts'

export const ParkedEvents = z.object({
  ...ReadAt,
  rows: z.array(
    z.object({
      parked_id: z.string(),
      consumer: z.string(),
      topic: z.string(),
      event_key: z.string(),
      code: z.string(),
      reason: z.string(),
      attempts: z.number(),
      parked_at: z.string(),
    }),
  ),
})
export type ParkedEvents = z.infer<typeof ParkedEvents>

/** One event by its id, or all of a domain with one code. */
export const ReplayParked = z
  .object({
    parked_id: z
      .string()
      .regex(/^\d{1,18}$/)
      .optional(),
    code: z.string().max(100).optional(),
  })
  .refine((asked) => (asked.parked_id === undefined) !== (asked.code === undefined), {
    error: 'must name either parked_id or code',
  })
export const ReplayedEvents = z.object({
  ...ReadAt,
  /** Appended to the stream once more; one that fails again is parked anew. */
  replayed_events: z.number(),
  /** At most a thousand are sent at a time, and more of them wait. */
  has_more: z.boolean(),
})
export type ReplayedEvents = z.infer<typeof ReplayedEvents>

export const AuditRun = z.object({
  run_id: z.number(),
  scope: z.enum(['full', 'recent', 'asked']),
  started_at: z.string(),
  finished_at: z.string(),
  outcome: z.enum(['done', 'postponed', 'failed']),
  code: z.string().nullable(),
  as_of: z.string().nullable(),
  domains: z.number(),
  hours: z.number(),
  documents: z.number(),
  /** Of which every column was compared. */
  verified: z.number(),
  found: z.number(),
  repaired: z.number(),
  unrepaired: z.number(),
})
export const AuditFinding = z.object({
  run_id: z.number(),
  found_at: z.string(),
  domain: z.string(),
  part: z.enum(['forms', 'cases', 'case_facts', 'case_changes', 'workers']),
  document_id: z.string(),
  kind: z.enum(['missing', 'extra', 'stale', 'changed']),
  outcome: z.enum(['repaired', 'unrepaired', 'named']),
  reason: z.string().nullable(),
})

/** How data gets from phones to reports. `platform` is null for those who see one project space. */
export const Pipeline = z.object({
  ...ReadAt,
  timezone: z.string(),
  /** The last 30 minutes, oldest first, the running one last; null while the warehouse cannot be asked. */
  forms_per_minute: z.array(z.object({ minute: z.string(), forms: z.number() })).nullable(),
  consumers: z.array(
    z.object({
      name: z.string(),
      lag_seconds: z.number(),
      /** Since a process last held it; it says so every 2 s. */
      silent_seconds: z.number(),
      waiting_events: z.number().nullable(),
    }),
  ),
  audit: z.object({
    /** Of the newest full pass that ended; null before the first. */
    last_full_at: z.string().nullable(),
    /** Of the newest pass, whatever became of it. */
    last_outcome: z.enum(['done', 'postponed', 'failed']).nullable(),
    last_code: z.string().nullable(),
    findings: z.array(AuditFinding),
  }),
  platform: z
    .object({
      audit_runs: z.array(AuditRun),
      archive: z.object({
        archived_forms: z.number(),
        waiting_forms: z.number(),
        objects: z.number(),
        bytes: z.number(),
        raw_bytes: z.number(),
        oldest_waiting_at: z.string().nullable(),
        last_done_at: z.string().nullable(),
        last_error_at: z.string().nullable(),
        last_error_code: z.string().nullable(),
        verified_at: z.string().nullable(),
        verified_faults: z.number().nullable(),
      }),
    })
    .nullable(),
})
export type Pipeline = z.infer<typeof Pipeline>
