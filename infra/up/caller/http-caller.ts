import { Agent, request } from 'undici'
import { platformUnreachable } from '../problems.ts'
import type { ApiCaller } from './caller.ts'

export interface HttpCallerOptions {
  /** Without a slash at the end. */
  readonly url: string
  /** The whole `Authorization` header. */
  readonly authorization: string
}

/** Several of these may be under way at once; the demo sends as many. */
const CONNECTIONS = 64
/** An audit of a large platform thinks for long before it answers. */
const LONGEST_SILENCE_MS = 1_800_000

/** Requests over HTTP to a running platform, over connections that are kept. Follows no redirect. */
export function createHttpCaller({ url, authorization }: HttpCallerOptions): ApiCaller {
  const agent = new Agent({
    connections: CONNECTIONS,
    headersTimeout: LONGEST_SILENCE_MS,
    bodyTimeout: LONGEST_SILENCE_MS,
  })
  return {
    place: url,
    async send({ method, path, headers, body }) {
      try {
        const answer = await request(`${url}${path}`, {
          method,
          dispatcher: agent,
          headers: { ...headers, authorization },
          ...(body === undefined ? {} : { body }),
        })
        return { status: answer.statusCode, text: await answer.body.text() }
      } catch (error) {
        throw platformUnreachable({ url }, error)
      }
    },
    close: () => agent.destroy(),
  }
}

const OPERATOR = 'operator:'

/** `USER:KEY` as the header of API keys; `operator:TOKEN` as that of the operator of the whole platform. */
export function toAuthorization(key: string): string {
  return key.startsWith(OPERATOR) ? `Bearer ${key.slice(OPERATOR.length)}` : `ApiKey ${key}`
}
