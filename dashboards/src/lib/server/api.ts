/** Talks to the API on behalf of whoever asks for the page: forwards their session, parses what comes back. */
import { error, redirect, type RequestEvent } from '@sveltejs/kit'
import type { z } from 'zod'
import { ProblemBody } from '#api/contract.ts'
import type { Eventually, PanelResult } from '#lib/panel.ts'
import { answerUnexpected, apiUnreachable } from '#lib/server/problems.ts'
import { type ParamChanges, toQuery } from '#lib/url-state.ts'
import { apiUrl } from './env.ts'

export const SESSION_COOKIE = 'casehouse_session'
const TIMEOUT_MS = 30_000
/** How long a document waits for a panel before it is sent without it. */
const PATIENCE_MS = 150

/** The API said no. */
export class ApiRefusal extends Error {
  readonly status: number
  readonly problem: ProblemBody

  constructor(status: number, problem: ProblemBody) {
    super(problem.error)
    this.name = 'ApiRefusal'
    this.status = status
    this.problem = problem
  }
}

type Asker = Pick<RequestEvent, 'cookies' | 'url'>
type Method = 'GET' | 'POST' | 'DELETE'

/** One request, with the asker's session. @throws ApiRefusal when the API is away or refuses */
export async function send(asker: Asker, method: Method, path: string, body?: unknown): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' })
  const session = asker.cookies.get(SESSION_COOKIE)
  if (session !== undefined) headers.set('cookie', `${SESSION_COOKIE}=${encodeURIComponent(session)}`)
  if (body !== undefined) headers.set('content-type', 'application/json')
  const response = await fetch(apiUrl + path, {
    method,
    headers,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    body: body === undefined ? null : JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new ApiRefusal(503, apiUnreachable(cause))
  })
  if (!response.ok) throw new ApiRefusal(response.status, await readProblem(response))
  return response
}

async function readProblem(response: Response): Promise<ProblemBody> {
  const parsed = ProblemBody.safeParse(await response.json().catch(() => null))
  return parsed.success ? parsed.data : answerUnexpected(response.status)
}

/**
 * Reads one answer of the contract; an asker whose session is over is sent to sign in.
 * @throws ApiRefusal also when the answer does not have the shape of the contract
 */
export async function get<T>(
  asker: Asker,
  schema: z.ZodType<T>,
  path: string,
  query: ParamChanges = {},
): Promise<T> {
  const response = await send(asker, 'GET', path + toQuery(query)).catch((cause: unknown) => {
    if (cause instanceof ApiRefusal && cause.status === 401) signInFirst(asker.url)
    throw cause
  })
  const parsed = schema.safeParse(await response.json().catch(() => null))
  if (!parsed.success) throw new ApiRefusal(502, answerUnexpected(response.status))
  return parsed.data
}

/** The path of a domain's API. */
export function domainPath(domain: string, rest: string): string {
  return `/a/${encodeURIComponent(domain)}/api/v1/${rest}`
}

/** A refusal becomes the panel's failed face; what is not a refusal is our bug and goes up. */
export async function toPanel<T>(answer: Promise<T>): Promise<PanelResult<T>> {
  try {
    return { kind: 'ready', value: await answer }
  } catch (cause) {
    if (cause instanceof ApiRefusal) return { kind: 'failed', problem: cause.problem }
    throw cause
  }
}

/** The panel itself when it comes quickly, else a promise of it: fast pages arrive whole, slow panels do not hold them up. */
export async function soon<T>(answer: Promise<T>): Promise<{ panel: Eventually<T> }> {
  const panel = toPanel(answer)
  const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null))
  return { panel: (await Promise.race([panel, late])) ?? panel }
}

/** The value, or the application's error page with the problem's code. */
export async function orErrorPage<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    if (cause instanceof ApiRefusal) error(cause.status, cause.problem.error, { code: cause.problem.code })
    throw cause
  }
}

/** Sends an asker without a session to the sign-in page, and back afterwards. */
export function signInFirst(url: URL): never {
  redirect(303, `/login${toQuery({ next: url.pathname + url.search })}`)
}
