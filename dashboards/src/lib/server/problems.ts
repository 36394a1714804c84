/** The problems that are the dashboards' own; all others come from the API as they are. */
import type { ProblemBody } from '#api/contract.ts'

/** The API did not answer: not running, or too slow. */
export function apiUnreachable(cause: unknown): ProblemBody {
  const slow = cause instanceof Error && cause.name === 'TimeoutError'
  return slow
    ? { code: 'DASHBOARDS_API_SLOW', error: 'The API did not answer in time. Try a shorter range of days.' }
    : {
        code: 'DASHBOARDS_API_UNREACHABLE',
        error: 'The API does not answer. It may be starting; try again shortly.',
      }
}

/** The API answered, but not in the words of the contract. */
export function answerUnexpected(status: number): ProblemBody {
  return {
    code: 'DASHBOARDS_ANSWER_UNEXPECTED',
    error: `The API gave an answer that these pages cannot read (HTTP ${status}).`,
  }
}
