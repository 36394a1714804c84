/** What audits found, kept for people: the newest few hundred runs, and of those that found something the documents. */
import type { PoolClient } from 'pg'
import { z } from 'zod'
import type { Postgres } from '#infra/platform/index.ts'
import type { AuditReport } from './audit.ts'
import { DIFFERENCE_KINDS, type Difference } from './difference.ts'

export const AUDIT_SCOPES = ['full', 'recent', 'asked'] as const
export type AuditScope = (typeof AUDIT_SCOPES)[number]
export const AUDIT_OUTCOMES = ['done', 'postponed', 'failed'] as const
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number]

export interface AuditRun {
  readonly runId: number
  /** `full`: everything. `recent`: the last hours of domains with new events. `asked`: by a person. */
  readonly scope: AuditScope
  readonly startedAt: string
  readonly finishedAt: string
  readonly outcome: AuditOutcome
  /** Of the problem, when postponed or failed. */
  readonly code: string | null
  /** The warehouse's own "as of" when the run began. */
  readonly asOf: string | null
  readonly domains: number
  readonly hours: number
  readonly documents: number
  readonly verified: number
  readonly found: number
  readonly repaired: number
  readonly unrepaired: number
}

export interface AuditFinding {
  readonly runId: number
  readonly foundAt: string
  readonly domain: string
  readonly part: Difference['what']
  readonly documentId: string
  readonly kind: Difference['kind']
  readonly outcome: 'repaired' | 'unrepaired' | 'named'
  /** Why it was not repaired, a code. */
  readonly reason: string | null
}

const KEPT_RUNS = 300
const KEPT_RUNS_WITH_FINDINGS = 300
/** Of one run; the run itself tells how many there were. */
const KEPT_FINDINGS = 200

export interface RunToRecord {
  readonly scope: AuditScope
  readonly startedAt: Date
  readonly asOf: Date | null
  readonly outcome: AuditOutcome
  readonly code: string | null
  readonly report: AuditReport | null
}

/** Writes a run down and forgets the oldest. */
export async function recordRun(postgres: Postgres, run: RunToRecord): Promise<void> {
  const { report } = run
  const found = report?.differences.length ?? 0
  await postgres.transaction(async (client) => {
    const { rows } = await client.query<{ run_id: number }>(
      `insert into warehouse.audit_runs
         (scope, started_at, outcome, code, as_of, domains, hours, documents, verified, found, repaired, unrepaired)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning run_id`,
      [
        run.scope,
        run.startedAt,
        run.outcome,
        run.code,
        run.asOf,
        report?.domains ?? 0,
        report?.hours ?? 0,
        report === null ? 0 : report.forms + report.cases + report.workers,
        report?.verified ?? 0,
        found,
        found - unrepairedOf(report),
        unrepairedOf(report),
      ],
    )
    const [row] = rows
    if (row !== undefined && report !== null) await writeFindings(client, row.run_id, report)
    await client.query(
      `delete from warehouse.audit_runs where run_id < all (
           select coalesce(min(run_id), 0) from (select run_id from warehouse.audit_runs order by run_id desc limit $1) as r)
         and (found = 0 or run_id < all (select coalesce(min(run_id), 0) from (
           select run_id from warehouse.audit_runs where found > 0 order by run_id desc limit $2) as r))`,
      [KEPT_RUNS, KEPT_RUNS_WITH_FINDINGS],
    )
  })
}

/** What was tried and is still wrong counts as not repaired. */
const unrepairedOf = (report: AuditReport | null): number => report?.remaining ?? report?.unrepaired ?? 0

async function writeFindings(
  client: Pick<PoolClient, 'query'>,
  runId: number,
  report: AuditReport,
): Promise<void> {
  const print = ({ domain, what, id }: Difference) => JSON.stringify([domain, what, id])
  const reasons = new Map(report.reasons?.map(({ difference, reason }) => [print(difference), reason]))
  const some = report.differences.slice(0, KEPT_FINDINGS).map((difference) => {
    const reason = reasons.get(print(difference)) ?? null
    const outcome = report.reasons === undefined ? 'named' : reason === null ? 'repaired' : 'unrepaired'
    return { ...difference, reason, outcome }
  })
  await client.query(
    `insert into warehouse.audit_findings (run_id, domain, part, document_id, kind, outcome, reason)
     select $1, f.* from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) as f
     on conflict do nothing`,
    [
      runId,
      some.map((one) => one.domain),
      some.map((one) => one.what),
      some.map((one) => one.id),
      some.map((one) => one.kind),
      some.map((one) => one.outcome),
      some.map((one) => one.reason),
    ],
  )
}

const RunRow = z.object({
  run_id: z.coerce.number(),
  scope: z.enum(AUDIT_SCOPES),
  started_at: z.string(),
  finished_at: z.string(),
  outcome: z.enum(AUDIT_OUTCOMES),
  code: z.string().nullable(),
  as_of: z.string().nullable(),
  domains: z.number(),
  hours: z.coerce.number(),
  documents: z.coerce.number(),
  verified: z.coerce.number(),
  found: z.number(),
  repaired: z.number(),
  unrepaired: z.number(),
})

/** The newest first. */
export async function listAuditRuns({ pool }: Postgres, limit: number): Promise<readonly AuditRun[]> {
  const { rows } = await pool.query('select * from warehouse.audit_runs order by run_id desc limit $1', [
    limit,
  ])
  return rows.map((row) => {
    const { run_id, started_at, finished_at, as_of, ...rest } = RunRow.parse(row)
    return { ...rest, runId: run_id, startedAt: started_at, finishedAt: finished_at, asOf: as_of }
  })
}

/** The newest full run that was not postponed or broken off; undefined before the first. */
export async function findLastFullRun(postgres: Postgres): Promise<AuditRun | undefined> {
  const { rows } = await postgres.pool.query<{ run_id: number }>(
    `select run_id from warehouse.audit_runs where scope = 'full' and outcome = 'done' order by run_id desc limit 1`,
  )
  const [row] = rows
  if (row === undefined) return undefined
  return (await listAuditRuns(postgres, KEPT_RUNS)).find((run) => run.runId === row.run_id)
}

const FindingRow = z.object({
  run_id: z.coerce.number(),
  started_at: z.string(),
  domain: z.string(),
  part: z.enum(['forms', 'cases', 'case_facts', 'case_changes', 'workers']),
  document_id: z.string(),
  kind: z.enum(DIFFERENCE_KINDS),
  outcome: z.enum(['repaired', 'unrepaired', 'named']),
  reason: z.string().nullable(),
})

/** The newest first. @param domain all unless told */
export async function listAuditFindings(
  { pool }: Postgres,
  { domain, limit }: { readonly domain?: string | undefined; readonly limit: number },
): Promise<readonly AuditFinding[]> {
  const { rows } = await pool.query(
    `select f.*, r.started_at from warehouse.audit_findings f join warehouse.audit_runs r using (run_id)
     where $1::text is null or f.domain = $1
     order by f.run_id desc, f.domain, f.part, f.document_id limit $2`,
    [domain ?? null, limit],
  )
  return rows.map((row) => {
    const { run_id, started_at, document_id, ...rest } = FindingRow.parse(row)
    return { ...rest, runId: run_id, foundAt: started_at, documentId: document_id }
  })
}
