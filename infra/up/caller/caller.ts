/** How a command talks to the platform, whether it runs or not: the same requests, over HTTP or in this process. */
import { z } from 'zod'
import { Problem } from '#infra/platform/index.ts'
import { ProblemBody } from '#api/contract.ts'
import { answerUnexpected } from '../problems.ts'

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
}

export interface ApiAnswer {
  readonly status: number
  readonly text: string
}

export interface ApiCaller {
  /** Where the requests go, in words. */
  readonly place: string
  send(request: ApiRequest): Promise<ApiAnswer>
  close(): Promise<void>
}

/**
 * One JSON request.
 * @returns the answer's object
 * @throws the platform's own Problem for a refusal; UP_ANSWER_UNEXPECTED when the other side is not casehouse
 */
export async function callJson(
  caller: ApiCaller,
  method: ApiRequest['method'],
  path: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body) headers['content-type'] = 'application/json'
  const answer = await caller.send({ method, path, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  const parsed = parseObject(answer.text)
  if (answer.status >= 400) throw toProblem(path, answer.status, parsed)
  if (parsed === undefined) {
    if (answer.text === '') return {}
    throw answerUnexpected({ path, status: answer.status })
  }
  return parsed
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

function toProblem(path: string, status: number, parsed: Record<string, unknown> | undefined): Problem {
  const body = ProblemBody.safeParse(parsed)
  if (!body.success) return answerUnexpected({ path, status })
  return new Problem(body.data.code, kindOf(status), body.data.error, body.data.details ?? {})
}

function kindOf(status: number): Problem['kind'] {
  const kinds: Record<number, Problem['kind']> = {
    401: 'unauthenticated',
    403: 'forbidden',
    404: 'missing',
    409: 'conflict',
    500: 'bug',
    503: 'unavailable',
  }
  return kinds[status] ?? 'invalid'
}
