/** Requests as a phone makes them: whatever is not acknowledged is sent again, the same bytes under the same id, until it is. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { Complaint } from './record.ts'

export interface Asked {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answer {
  readonly status: number
  readonly text: string
}

export interface Sender {
  /** One try. @returns undefined when the connection broke, was refused, or said nothing for 5 s */
  attempt(asked: Asked): Promise<Answer | undefined>
  /** @returns what acknowledged it, and how many tries that took. @throws GaveUp */
  deliver(
    asked: Asked,
    isAcknowledgement: (answer: Answer) => boolean,
  ): Promise<Answer & { readonly attempts: number }>
  complain(what: string, detail: string): void
  readonly complaints: readonly Complaint[]
  readonly answers: Readonly<Record<string, number>>
  close(): Promise<void>
}

/** Everything is up again, and still there is no acknowledgement. */
export class GaveUp extends Error {}

/** Held, too many, failed, away: the phone tries again. Anything else of the kind would make it drop or show the form. */
const TRY_AGAIN = new Set([423, 429, 500, 502, 503, 504])
const TIMEOUT_MS = 5_000
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [50, 1_000]

export function createSender(options: {
  readonly url: string
  readonly clientId: string
  readonly givingUp: AbortSignal
}): Sender {
  const { url, clientId, givingUp } = options
  const agent = new Agent({
    connections: 4,
    connectTimeout: TIMEOUT_MS,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  })
  const answers: Record<string, number> = {}
  const complaints: Complaint[] = []
  const complain = (what: string, detail: string): void => {
    complaints.push({ at: new Date().toISOString(), clientId, what, detail: detail.slice(0, 300) })
  }

  async function attempt({ method, path, headers, body }: Asked): Promise<Answer | undefined> {
    try {
      const answer = await request(`${url}${path}`, {
        method,
        dispatcher: agent,
        headers,
        ...(body === undefined ? {} : { body }),
      })
      const text = await answer.body.text()
      answers[answer.statusCode] = (answers[answer.statusCode] ?? 0) + 1
      return { status: answer.statusCode, text }
    } catch {
      answers['cut'] = (answers['cut'] ?? 0) + 1
      return undefined
    }
  }

  return {
    attempt,
    complain,
    complaints,
    answers,
    async deliver(asked, isAcknowledgement) {
      let pauseMs = FIRST_PAUSE_MS
      for (let attempts = 1; ; attempts += 1) {
        const answer = await attempt(asked)
        if (answer !== undefined) {
          if (isAcknowledgement(answer)) return { ...answer, attempts }
          if (!TRY_AGAIN.has(answer.status))
            complain(`${asked.path} was answered ${answer.status}`, answer.text)
        }
        if (givingUp.aborted) throw new GaveUp()
        await sleep(pauseMs)
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
      }
    },
    close: () => agent.destroy(),
  }
}
