/** One run: the platform up, people at work, faults, quiet, and the reckoning. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createPostgres, createWarehouseClient } from '#infra/platform/index.ts'
import { gatherCrew } from './clients/crew.ts'
import { strikeAll, type Struck } from './faults/strike-all.ts'
import { listFaultTypes, POINTS_OF } from './plan/fault.ts'
import { chooseTypes, createPlan } from './plan/plan.ts'
import { stageBroker } from './stage/broker.ts'
import { openStage, type Stage } from './stage/stage.ts'
import { hangSums, isFormVisible } from './verify/read-warehouse.ts'
import type { Finding } from './verify/finding.ts'
import { verify } from './verify/verify.ts'

export interface RunOptions {
  readonly seed: number
  readonly kills: number
  readonly hasKafka: boolean
  /** Only faults whose name holds one of these, separated by commas. */
  readonly only: string | undefined
  /** No fault begins later. */
  readonly longestMs: number
  readonly domains: number
  readonly clientsPerDomain: number
  /** Between two things that a client does, at most. */
  readonly longestPauseMs: number
  readonly env: NodeJS.ProcessEnv
  readonly tell: (line: string) => void
}

export interface RunResult {
  readonly seed: number
  readonly seconds: number
  readonly forms: number
  readonly requests: number
  /** Answers to the clients by status, `cut` where there was none. */
  readonly answers: Readonly<Record<string, number>>
  readonly struck: readonly Struck[]
  readonly findings: readonly Finding[]
  /** Where everything lies; null when nothing was wrong, and it is gone. */
  readonly kept: string | null
}

const WARM_UP_MS = 1_500
const PATIENCE_MS = 120_000

/** @throws when the platform does not even start */
export async function run(options: RunOptions): Promise<RunResult> {
  const startedAt = performance.now()
  const { env, tell } = options
  const broker = options.hasKafka ? await stageBroker() : undefined
  const stage = await openStage({ broker, wantsOwnDisk: true, env }).catch(async (error: unknown) => {
    await broker?.stop()
    throw error
  })
  tell(`The platform is up, its data is in ${stage.folder}.`)
  let isGood = false
  try {
    const ended = await harm(stage, options)
    const code = await stage.stop()
    const findings =
      code === 0
        ? ended.findings
        : [
            ...ended.findings,
            { kind: 'state', place: 'platform', id: 'up', detail: `ended with ${code}` } as const,
          ]
    isGood = findings.length === 0 && ended.struck.every(({ outcome }) => outcome !== 'not recovered')
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10
    return { ...ended, findings, seed: options.seed, seconds, kept: isGood ? null : stage.folder }
  } finally {
    await stage.stop().catch(() => undefined)
    await broker?.stop()
    if (isGood) stage.remove()
  }
}

async function harm(
  stage: Stage,
  options: RunOptions,
): Promise<Omit<RunResult, 'seed' | 'seconds' | 'kept'>> {
  const { seed, tell } = options
  const postgres = createPostgres({
    url: stage.databaseUrl,
    applicationName: 'casehouse-kill',
    maxConnections: 2,
  })
  const warehouse = createWarehouseClient({
    url: stage.engineUrl,
    username: 'owner',
    password: stage.ownerPassword,
    requestTimeoutMs: 20_000,
  })
  try {
    const place = { hasKafka: options.hasKafka, hasOwnDisk: stage.hasOwnDisk, points: POINTS_OF }
    const faults = createPlan({ ...options, types: chooseTypes(listFaultTypes(place), options.only) })
    const crew = await gatherCrew({
      ...options,
      stage,
      beforeForms: (domains) => hangSums(warehouse, domains),
    })
    crew.start()
    await sleep(WARM_UP_MS)
    const isVisible = (formId: string): Promise<boolean> => isFormVisible(warehouse, formId)
    const endsAt = performance.now() + options.longestMs
    const struck = await strikeAll({ stage, crew, faults, seed, endsAt, isVisible, tell })
    const records = await crew.finish(PATIENCE_MS)
    tell('Everybody has finished; now Postgres, the feed and the warehouse are compared with what they know.')
    const { domains } = crew
    const findings = await verify({ records, domains, postgres, warehouse, caller: stage.caller })
    const answers: Record<string, number> = {}
    for (const [status, count] of records.flatMap((record) => Object.entries(record.answers))) {
      answers[status] = (answers[status] ?? 0) + count
    }
    return {
      forms: records.reduce((sum, record) => sum + record.forms.length, 0),
      requests: Object.values(answers).reduce((sum, count) => sum + count, 0),
      answers,
      struck,
      findings,
    }
  } finally {
    await warehouse.close()
    await postgres.close()
  }
}
