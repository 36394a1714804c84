/** The steps of a form that is followed, from its body to its commit. For all others it does nothing. */
import { nowMs, type FormTrace, type InstantMs } from '#infra/platform/index.ts'
import type { SubmissionRequest, SubmissionResult } from './submission.ts'

interface Followable {
  readonly request: Pick<SubmissionRequest, 'trace'>
}

export interface TraceSteps {
  parse<T>(request: Followable['request'], work: () => Promise<T>): Promise<T>
  /** One transaction for all; the wait before it ends here. Null: goes alone afterwards. */
  commit(
    members: readonly Followable[],
    work: () => Promise<readonly (SubmissionResult | null)[]>,
  ): Promise<readonly (SubmissionResult | null)[]>
  commitAlone(member: Followable, work: () => Promise<SubmissionResult>): Promise<SubmissionResult>
}

export function createTraceSteps(): TraceSteps {
  const waitingSince = new WeakMap<FormTrace, InstantMs>()

  function endWait({ request: { trace } }: Followable, atMs: InstantMs): void {
    const sinceMs = trace && waitingSince.get(trace)
    if (trace && sinceMs !== undefined) trace.step('lane wait', sinceMs, atMs)
  }

  return {
    async parse({ trace }, work) {
      if (trace === undefined) return work()
      const startMs = nowMs()
      const parsed = await work()
      const endMs = nowMs()
      trace.step('parse', startMs, endMs)
      waitingSince.set(trace, endMs)
      return parsed
    },
    async commit(members, work) {
      const followed = members.filter(({ request }) => request.trace !== undefined)
      if (followed.length === 0) return work()
      const startMs = nowMs()
      for (const member of followed) endWait(member, startMs)
      const results = await work()
      const endMs = nowMs()
      for (const [index, { request }] of members.entries()) {
        if (results[index] !== null) request.trace?.step('commit', startMs, endMs, { forms: members.length })
        else if (request.trace) waitingSince.set(request.trace, endMs)
      }
      return results
    },
    async commitAlone(member, work) {
      const { trace } = member.request
      if (trace === undefined) return work()
      const startMs = nowMs()
      endWait(member, startMs)
      const result = await work()
      trace.step('commit', startMs, nowMs(), { forms: 1 })
      return result
    },
  }
}
