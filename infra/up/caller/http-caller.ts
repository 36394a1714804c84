import { platformUnreachable } from '../problems.ts'
import type { ApiCaller } from './caller.ts'

export interface HttpCallerOptions {
  /** Without a slash at the end. */
  readonly url: string
  /** The whole `Authorization` header. */
  readonly authorization: string
}

/** Requests over HTTP to a running platform. Undici's pool behind `fetch` keeps connections alive between requests. */
export function createHttpCaller({ url, authorization }: HttpCallerOptions): ApiCaller {
  return {
    place: url,
    async send({ method, path, headers, body }) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { ...headers, authorization },
        redirect: 'manual',
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
      }).catch((error: unknown) => {
        throw platformUnreachable({ url }, error)
      })
      return { status: response.status, text: await response.text() }
    },
    async close() {
      // Idle connections of fetch do not keep a process alive.
    },
  }
}

/** `USER:KEY` as the header of API keys. */
export function toApiKeyHeader(key: string): string {
  return `ApiKey ${key}`
}
