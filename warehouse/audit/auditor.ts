/**
 * The audit that nobody asks for: again and again, one process at a time, with a bounded share of the time. Full passes compare
 * everything; between them the last hours of domains with new events are compared by ids and versions.
 */
import {
  Problem,
  readConsumerStatus,
  toLoggedError,
  type Clock,
  type Log,
  type Metrics,
  type Postgres,
} from '#infra/platform/index.ts'
import { LOADER_CONSUMER } from '../contract.ts'
import { runAudit, type AuditOptions, type AuditReport } from './audit.ts'
import { createBudget, type VerifyBudget } from './audit-hours.ts'
import { tryAuditLock } from './lock.ts'
import { createPatience } from './patience.ts'
import { createRecentDomains } from './recent-domains.ts'
import { restAfter, type PassCost } from './rest.ts'
import { recordRun, type AuditOutcome } from './runs.ts'

export interface AuditorOptions extends Pick<
  AuditOptions,
  'postgres' | 'warehouse' | 'originals' | 'log' | 'remove' | 'waitMs'
> {
  readonly listDomains: () => Promise<readonly string[]>
  readonly now: Clock
  readonly metrics?: Metrics | undefined
  /** Shortest pause between full passes; 15 s unless told. */
  readonly fullEveryMs?: number | undefined
  /** Shortest pause between looks at the last hours; 5 s unless told. */
  readonly recentEveryMs?: number | undefined
}

export interface Auditor {
  /** Returns after `close`. A pass that fails is told, recorded, and tried again at the next turn. */
  run(): Promise<void>
  /** Breaks off before the next domain. */
  close(): Promise<void>
}

const FULL_EVERY_MS = 15_000
const RECENT_EVERY_MS = 5_000
/** Compared column by column in one pass: a few seconds' worth. */
const VERIFY_DOCUMENTS = 2_000
const RECENT_HOURS = 2
/** After a pass that mended something the next follows at once: behind a difference of versions others may hide. So often in a row. */
const MOST_HURRIED = 5
const HURRIED_AFTER_MS = 1_000
const HOUR_MS = 3_600_000

type Scope = 'full' | 'recent'

export function createAuditor(options: AuditorOptions): Auditor {
  const { postgres, log, now, fullEveryMs = FULL_EVERY_MS, recentEveryMs = RECENT_EVERY_MS } = options
  const abort = new AbortController()
  const { signal } = abort
  const patience = createPatience(now)
  const recentDomains = createRecentDomains(postgres)
  const numbers = options.metrics && createNumbers(options.metrics)
  const due: Record<Scope, number> = { full: 0, recent: 0 }
  let hurried = 0

  async function audit(scope: Scope, budget: VerifyBudget): Promise<AuditReport> {
    const domains = scope === 'full' ? await options.listDomains() : await recentDomains.take()
    const since = new Date(now().getTime() - RECENT_HOURS * HOUR_MS).toISOString().slice(0, 13)
    return runAudit({
      ...options,
      domains,
      repair: true,
      countsOwed: false,
      signal,
      mayRepair: patience.mayRepair,
      ...(scope === 'full' ? { budget } : { since }),
    })
  }

  /** @returns how many documents it mended. */
  async function pass(scope: Scope, budget: VerifyBudget): Promise<number> {
    const startedAt = now()
    const asOf = await readAsOf(postgres)
    let outcome: AuditOutcome = 'done'
    let code: string | null = null
    let report: AuditReport | null = null
    try {
      report = await audit(scope, budget)
      patience.note(report)
    } catch (error) {
      if (signal.aborted) return 0
      code = error instanceof Problem ? error.code : 'WAREHOUSE_AUDIT_FAILED'
      // A store that is away, a loader that is behind: no fault of what is compared.
      outcome = error instanceof Problem && error.kind === 'unavailable' ? 'postponed' : 'failed'
      const told = outcome === 'failed' ? { code, error: toLoggedError(error) } : { code }
      log.warn({ scope, ...told }, `audit ${outcome}`)
    }
    numbers?.note(scope, outcome, report, now())
    if (report !== null && report.differences.length > 0) tell(log, scope, report)
    const isWorthKeeping = scope === 'full' || outcome === 'failed' || (report?.differences.length ?? 0) > 0
    if (isWorthKeeping) await recordRun(postgres, { scope, startedAt, asOf, outcome, code, report })
    return report === null ? 0 : report.differences.length - (report.remaining ?? 0)
  }

  function rest(scope: Scope, cost: PassCost, mended: number): void {
    hurried = mended === 0 ? 0 : hurried + 1
    due[scope] = now().getTime() + restAfter(cost, scope === 'full' ? fullEveryMs : recentEveryMs)
    if (mended > 0 && hurried <= MOST_HURRIED) due.full = now().getTime() + HURRIED_AFTER_MS
  }

  async function turn(): Promise<void> {
    const at = now().getTime()
    const scope = (['full', 'recent'] as const).find((one) => due[one] <= at)
    if (scope === undefined) return
    const startedMs = performance.now()
    const unlock = await tryAuditLock(postgres)
    if (unlock === undefined) {
      due[scope] = at + recentEveryMs
      return
    }
    const budget = createBudget(VERIFY_DOCUMENTS)
    let mended = 0
    try {
      mended = await pass(scope, budget)
    } finally {
      unlock()
      rest(scope, { ...budget, lengthMs: performance.now() - startedMs }, mended)
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await turn()
      } catch (error) {
        // Postgres is away: nothing can be compared, locked or recorded.
        log.warn({ error: toLoggedError(error) }, 'audit not begun')
        await sleep(recentEveryMs, signal)
      }
      await sleep(Math.max(50, Math.min(due.full, due.recent) - now().getTime()), signal)
    }
  }

  let running: Promise<void> | undefined
  return {
    run: () => (running ??= run()),
    close: async () => {
      abort.abort()
      await running
    },
  }
}

function tell(log: Log, scope: Scope, report: AuditReport): void {
  const kinds = Object.groupBy(report.differences, ({ kind }) => kind)
  const counts = Object.fromEntries(Object.entries(kinds).map(([kind, some]) => [kind, some.length]))
  const { remaining = 0 } = report
  log.warn({ scope, ...counts, found: report.differences.length, remaining }, 'audit repaired')
}

async function readAsOf(postgres: Postgres): Promise<Date | null> {
  try {
    return (await readConsumerStatus(postgres, LOADER_CONSUMER)).asOf
  } catch (error) {
    if (error instanceof Problem && error.code === 'PLATFORM_FEED_CONSUMER_UNKNOWN') return null
    throw error
  }
}

function createNumbers(metrics: Metrics) {
  const runs = metrics.counter('warehouse_audit_runs_total', 'Audits, by what became of them.', [
    'scope',
    'outcome',
  ])
  const found = metrics.counter(
    'warehouse_audit_differences_total',
    'Documents that differed between Postgres and the warehouse.',
    ['kind'],
  )
  const repaired = metrics.counter('warehouse_audit_repaired_total', 'Of those, the ones repaired.')
  const finished = metrics.gauge(
    'warehouse_audit_full_finished_timestamp_seconds',
    'When the last full pass ended, in seconds since 1970.',
  )
  return {
    note(scope: Scope, outcome: AuditOutcome, report: AuditReport | null, at: Date): void {
      runs.inc({ scope, outcome })
      for (const { kind } of report?.differences ?? []) found.inc({ kind })
      if (report !== null) repaired.inc(report.differences.length - (report.remaining ?? 0))
      if (scope === 'full' && outcome === 'done') finished.set(at.getTime() / 1_000)
    },
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      done()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
