import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { Pool } from 'undici'
import { toContext, type LoadRequest } from '../scenarios/port.ts'
import { getScenario } from '../scenarios/scenarios.ts'
import { arrivalsOf } from './arrivals.ts'
import type { Acknowledged, LoadPlan, LoadResult } from './plan.ts'
import { createRecorder } from './recorder.ts'
import { runClosed } from './run-closed.ts'
import type { SentAnswer } from './run-iteration.ts'
import { runOpen } from './run-open.ts'

const ANSWER_TIMEOUT_MS = 90_000

/** Runs one plan in this process. */
export async function runPlan(
  plan: z.output<typeof LoadPlan>,
  tell: (form: Acknowledged) => void,
): Promise<LoadResult> {
  const { target, model, firstIteration, tellEvery } = plan
  const scenario = getScenario(plan.scenario)
  const pool = new Pool(plan.url, {
    connections: plan.connections,
    pipelining: 1,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  })
  const recorder = createRecorder()
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const nowMs = (): number => performance.now() - startedAt
  let acknowledged = 0
  const options = {
    recorder,
    nowMs,
    send: createSend(pool),
    begin: (index: number) => scenario.begin(toContext(target, firstIteration + index, new Date())),
    onAcknowledged: (formId: string) => {
      acknowledged += 1
      if (tellEvery > 0 && acknowledged % tellEvery === 0)
        tell({ formId, at: performance.timeOrigin + performance.now() })
    },
  }
  if (model.kind === 'open')
    await runOpen({ ...options, sleep, arrivals: arrivalsOf(model), maxInFlight: model.maxInFlight })
  else await runClosed({ ...options, lanes: plan.connections, lengthMs: model.seconds * 1_000 })
  const seconds = nowMs() / 1_000
  const { user, system } = process.cpuUsage(cpuBefore)
  await pool.close()
  return recorder.toResult({ seconds, cpuShare: (user + system) / 1_000_000 / seconds })
}

function createSend(pool: Pool) {
  return async function send({ method, path, headers, body }: LoadRequest): Promise<SentAnswer> {
    const answer = await pool.request({ method, path, headers: { ...headers }, body: body ?? null })
    return {
      status: answer.statusCode,
      body: await answer.body.text(),
      hasRetryAfter: answer.headers['retry-after'] !== undefined,
    }
  }
}
