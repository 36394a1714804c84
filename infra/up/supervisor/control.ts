/** Where the command line and the API reach the supervisor: on this machine's loopback alone, with the operator's token. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { Problem } from '#infra/platform/index.ts'
import type { Log, Secret } from '#infra/platform/index.ts'

export interface ControlActions {
  /** Of the supervisor and of every role but the API, which adds its own. */
  metrics(): Promise<string>
  /** @param roles none: every role */
  restart(roles: readonly string[]): Promise<readonly RestartedRole[]>
}

export interface RestartedRole {
  readonly role: string
  readonly seconds: number
}

export interface Control {
  readonly url: string
  close(): void
}

const HOST = '127.0.0.1'
const LARGEST_BODY_BYTES = 4_096
const RestartRequest = z.object({ roles: z.array(z.string()).max(20) })

/** Opens a port that is free. Whoever holds the operator's token may do all that the operator may. */
export async function startControl(
  { token, log }: { readonly token: Secret; readonly log: Log },
  actions: ControlActions,
): Promise<Control> {
  const wanted = digest(`Bearer ${token.reveal()}`)
  const server = createServer((request, response) => {
    const isOperator = timingSafeEqual(digest(request.headers.authorization ?? ''), wanted)
    const answering = isOperator ? answer(request, response, actions) : refuse(request, response, 401)
    answering.catch((error: unknown) => fail(response, error, log))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: HOST, port: 0 }, resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://${HOST}:${port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  actions: ControlActions,
): Promise<void> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /metrics':
      request.resume()
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(await actions.metrics())
      return
    case 'POST /restart': {
      if (Number(request.headers['content-length'] ?? Infinity) > LARGEST_BODY_BYTES)
        return refuse(request, response, 413)
      const { roles } = RestartRequest.parse(JSON.parse(await text(request)))
      const restarted = await actions.restart(roles)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ restarted }))
      return
    }
    default:
      return refuse(request, response, 404)
  }
}

async function refuse(request: IncomingMessage, response: ServerResponse, status: number): Promise<void> {
  request.resume()
  response.writeHead(status).end()
}

function fail(response: ServerResponse, error: unknown, log: Log): void {
  if (!(error instanceof Problem)) log.warn({ err: error }, 'control request failed')
  const problem =
    error instanceof Problem ? { code: error.code, message: error.message } : { code: 'UP_CONTROL' }
  if (!response.headersSent) response.writeHead(error instanceof Problem ? 409 : 400)
  response.end(JSON.stringify({ error: problem }))
}

function digest(words: string): Buffer {
  return createHash('sha256').update(words).digest()
}
