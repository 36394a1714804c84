import type { Exchange, LoadAnswer, LoadRequest } from '../scenarios/port.ts'
import type { Recorder } from './recorder.ts'

export interface SentAnswer extends LoadAnswer {
  /** Whether it says when to come back. */
  readonly hasRetryAfter: boolean
}

export interface IterationOptions {
  readonly send: (request: LoadRequest) => Promise<SentAnswer>
  readonly recorder: Recorder
  /** Milliseconds since the start of the run. */
  readonly nowMs: () => number
  readonly onAcknowledged?: ((formId: string) => void) | undefined
}

const SHED = [429, 503]

/** Asks until the scenario has nothing more to ask or an answer is wrong. Never throws for what the other side does. */
export async function runIteration(
  begin: () => Exchange,
  dueMs: number,
  { send, recorder, nowMs, onAcknowledged }: IterationOptions,
): Promise<void> {
  let sentMs = dueMs
  let exchange: Exchange | null = begin()
  while (exchange !== null) {
    const { request, check, formId, next }: Exchange = exchange
    const answer = await send(request).catch(toReason)
    if (typeof answer === 'string') return recorder.failed(dueMs, answer)
    if (SHED.includes(answer.status) && answer.hasRetryAfter) recorder.toldToComeBack()
    const wrong = check(answer)
    if (wrong !== null) return recorder.failed(dueMs, `${request.name}: ${wrong}`)
    recorder.request(request.name, nowMs() - sentMs)
    if (formId !== undefined) onAcknowledged?.(formId)
    sentMs = nowMs()
    exchange = next?.(answer) ?? null
  }
  recorder.completed(dueMs, nowMs() - dueMs)
}

/** A bounded set of words: the code of the network, or the name of the error. */
function toReason(error: unknown): string {
  if (!(error instanceof Error)) return 'network'
  return `network: ${'code' in error && typeof error.code === 'string' ? error.code : error.name}`
}
