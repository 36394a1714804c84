import { z } from 'zod'
import type { DemoSummary } from '#infra/demo/index.ts'
import { callJson, type ApiCaller } from '../caller/caller.ts'
import { toDataDir } from '../data-dir/data-dir.ts'
import { readState, writeState, type State } from '../data-dir/state.ts'
import { runDemo } from '../demo.ts'
import { demoStopped } from '../problems.ts'
import { createStopSignals } from '../supervisor/stop-signals.ts'
import type { ActionContext } from './actions.ts'
import type { Actions, GlobalOptions } from './options.ts'
import { print, toLines, toTable } from './output.ts'

export type FeedActions = Pick<Actions, 'feedStatus' | 'feedReplay' | 'audit' | 'demoLoad'>

const FeedStatus = z.looseObject({
  consumers: z.array(
    z.looseObject({
      name: z.string(),
      as_of: z.string().nullish(),
      waiting_events: z.number().nullish(),
      lag_seconds: z.number().nullish(),
      parked_events: z.number().nullish(),
    }),
  ),
})

export function createFeedActions({ withCaller, toOutput, setExitCode }: ActionContext): FeedActions {
  return {
    async feedStatus(global) {
      const answer = await withCaller(global, { engine: false }, (caller) =>
        callJson(caller, 'GET', '/api/admin/feed'),
      )
      print(toOutput(global), answer, () => toFeedTable(answer))
    },
    async feedReplay(global, { parkedId }) {
      const body = { parked_id: parkedId }
      const answer = await withCaller(global, { engine: true }, (caller) =>
        callJson(caller, 'POST', '/api/admin/feed/replay', body),
      )
      print(toOutput(global), answer, () => toLines(answer))
    },
    async audit(global, { domain, repair, history }) {
      if (history) {
        const past = await withCaller(global, { engine: false }, (caller) =>
          callJson(caller, 'GET', '/api/admin/audit'),
        )
        print(toOutput(global), past, () => toAuditTables(past))
        return
      }
      const answer = await withCaller(global, { engine: true }, (caller) =>
        callJson(caller, 'POST', '/api/admin/audit', { domain, repair }),
      )
      if ((repair ? findRemaining(answer) : findDifferences(answer)) > 0) setExitCode(1)
      print(toOutput(global), answer, () => toLines(answer))
    },
    async demoLoad(global, { seed }) {
      const answer = await withCaller(global, { engine: true }, (caller) => loadDemo(global, caller, seed))
      print(toOutput(global), { ...answer }, () => toLines({ ...answer }))
    },
  }
}

/** On this machine's own platform it remembers how far it is, and a load that was cut short goes on. */
async function loadDemo(global: GlobalOptions, caller: ApiCaller, seed: number): Promise<DemoSummary> {
  const dataDir = toDataDir(global.data)
  const isLocal = global.url === undefined
  const remember = (change: Partial<State>): void => {
    // Read anew: the platform writes there too.
    if (isLocal) writeState(dataDir, { ...readState(dataDir, () => new Date()), ...change })
  }
  const kept = isLocal ? readState(dataDir, () => new Date()).demo_until : null
  const until = kept ?? new Date().toISOString()
  remember({ demo_until: until })
  const stop = createStopSignals(process, () => performance.now())
  stop.onSecond(() => process.exit(1))
  try {
    const run = { caller, seed, until: new Date(until), output: process.stderr, signal: stop.signal }
    const summary = await runDemo(run)
    remember({ demo_loaded: true })
    return summary
  } catch (error) {
    throw stop.signal.aborted ? demoStopped({}) : error
  } finally {
    stop.close()
  }
}

function toFeedTable(answer: Readonly<Record<string, unknown>>): string {
  const parsed = FeedStatus.safeParse(answer)
  if (!parsed.success) return toLines(answer)
  const rows = parsed.data.consumers.map((consumer) => [
    consumer.name,
    consumer.as_of ?? '-',
    consumer.waiting_events ?? '-',
    consumer.lag_seconds ?? '-',
    consumer.parked_events ?? '-',
  ])
  return toTable(['consumer', 'as of', 'waiting', 'lag (s)', 'parked'], rows)
}

const AuditHistory = z.looseObject({
  runs: z.array(
    z.looseObject({
      started_at: z.string(),
      scope: z.string(),
      outcome: z.string(),
      code: z.string().nullable(),
      documents: z.number(),
      found: z.number(),
      repaired: z.number(),
    }),
  ),
  findings: z.array(
    z.looseObject({
      found_at: z.string(),
      domain: z.string(),
      part: z.string(),
      document_id: z.string(),
      kind: z.string(),
      outcome: z.string(),
      reason: z.string().nullable(),
    }),
  ),
})

function toAuditTables(answer: Readonly<Record<string, unknown>>): string {
  const parsed = AuditHistory.safeParse(answer)
  if (!parsed.success) return toLines(answer)
  const runs = parsed.data.runs.map((run) => [
    run.started_at,
    run.scope,
    run.code ?? run.outcome,
    run.documents,
    run.found,
    run.repaired,
  ])
  const found = parsed.data.findings.map((one) => [
    one.found_at,
    one.domain,
    one.part,
    one.document_id,
    one.kind,
    one.reason ?? one.outcome,
  ])
  const tables = [toTable(['started', 'scope', 'outcome', 'documents', 'found', 'repaired'], runs)]
  if (found.length > 0) tables.push(toTable(['found', 'space', 'part', 'document', 'what', 'outcome'], found))
  return tables.join('\n\n')
}

/** How many differences an audit named. */
export function findDifferences(answer: Readonly<Record<string, unknown>>): number {
  const { differences } = answer
  if (Array.isArray(differences)) return differences.length
  return typeof differences === 'number' ? differences : 0
}

/** How many were still there after a repair. */
export function findRemaining({ remaining }: Readonly<Record<string, unknown>>): number {
  return typeof remaining === 'number' ? remaining : 0
}
