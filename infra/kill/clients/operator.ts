/** Somebody who has everything archived, again and again, so that forms move between two stores while they are edited and read. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stage } from '../stage/stage.ts'

const EVERY_MS = 1_000

/** What fails is tried again at the next turn; the verifier looks at the result. @returns ends it */
export function startArchiving({ caller }: Pick<Stage, 'caller'>): () => Promise<void> {
  const ending = new AbortController()
  const work = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await archiveNow(caller).catch(() => undefined)
      await sleep(EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined)
    }
  }
  const working = work()
  return async () => {
    ending.abort()
    await working
  }
}

/** Young forms too. @returns the status of the answer */
export async function archiveNow(caller: Stage['caller']): Promise<number> {
  const answer = await caller.send({
    method: 'POST',
    path: '/api/admin/archive/run',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ now: true }),
  })
  return answer.status
}
