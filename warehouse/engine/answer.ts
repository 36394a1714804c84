/** One HTTP request: its path, its login, its statement, its answer; and one line of log without any text of a query. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '#infra/platform/index.ts'
import { readBody } from './body.ts'
import type { Result } from './collect-result.ts'
import type { Authenticate } from './credentials.ts'
import type { Engine } from './engine.ts'
import { EngineException, raise, systemException } from './exception.ts'
import type { createNumbers } from './numbers.ts'
import { cutOff, sendChunks, sendException, sendWhole, type ReplyFacts, type Summary } from './reply.ts'
import { toQueryRequest, type QueryRequest } from './request.ts'
import type { createRunStatement } from './run-statement.ts'

export interface AnswerDependencies {
  readonly engine: Engine
  readonly runStatement: ReturnType<typeof createRunStatement>
  readonly numbers: ReturnType<typeof createNumbers>
  readonly authenticate: Authenticate
  readonly maxBodyBytes: number
  readonly log: Log
}

/** Enough for the head of any insert. */
const HEAD_BYTES = 64 * 1024

interface Tally {
  readRows: number
  writtenRows: number
  resultBytes: number
}

export function createAnswer(dependencies: AnswerDependencies) {
  const running = new Map<string, AbortController>()

  const request = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://engine')
    const facts: { queryId?: string; version: string } = { version: dependencies.engine.version }
    try {
      if (sendFixed(pathname, response)) return
      const role = dependencies.authenticate(incoming, searchParams)
      if (pathname !== '/') throw raise(36, 'There is no such path. Queries go to /.')
      const query = toQueryRequest(incoming, searchParams)
      facts.queryId = query.queryId
      await answerQuery({ incoming, response, role, query })
    } catch (error) {
      fail(response, error, facts)
    }
  }

  const fail = (response: ServerResponse, error: unknown, facts: { queryId?: string; version: string }) => {
    const exception = error instanceof EngineException ? hideSpool(error) : undefined
    if (exception === undefined && !response.destroyed)
      dependencies.log.error({ err: error }, 'engine request failed')
    if (response.headersSent || response.destroyed) return response.destroy()
    for (const name of response.getHeaderNames()) response.removeHeader(name)
    sendException(response, exception ?? systemException(error), facts)
  }

  const answerQuery = async (asked: {
    readonly incoming: IncomingMessage
    readonly response: ServerResponse
    readonly role: 'owner' | 'reader'
    readonly query: QueryRequest
  }) => {
    const { incoming, response, role, query } = asked
    if (running.has(query.queryId)) throw raise(216, `Query with id = ${query.queryId} is already running.`)
    const controller = new AbortController()
    running.set(query.queryId, controller)
    response.once('close', () => {
      if (!response.writableFinished) controller.abort()
    })
    const startedAt = process.hrtime.bigint()
    const tally: Tally = { readRows: 0, writtenRows: 0, resultBytes: 0 }
    let [kind, outcome]: [string, 'ok' | 'error'] = ['other', 'error']
    try {
      const body = await readBody(incoming, { headBytes: HEAD_BYTES, maxBytes: dependencies.maxBodyBytes })
      if (body.head.length === 0 && query.query === '') return void sendFixed('/ping', response)
      const deliver = (result: Result) => send({ incoming, response, query, result, tally, startedAt })
      kind = await dependencies.runStatement(
        { role, request: query, body, signal: controller.signal },
        deliver,
      )
      outcome = 'ok'
    } finally {
      running.delete(query.queryId)
      const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9
      dependencies.numbers.add({ kind, outcome, seconds, ...tally })
      dependencies.log.debug(
        {
          query_id: toLoggedId(query.queryId),
          role,
          kind,
          outcome,
          duration_ms: Math.round(seconds * 1e3),
          ...tally,
        },
        'query finished',
      )
    }
  }

  const send = async (sending: {
    readonly incoming: IncomingMessage
    readonly response: ServerResponse
    readonly query: QueryRequest
    readonly result: Result
    readonly tally: Tally
    readonly startedAt: bigint
  }) => {
    const { incoming, response, query, result, tally, startedAt } = sending
    const facts = toFacts(query, result.format)
    if (result.kind === 'flowing') {
      const summary = toSummary(tally, startedAt)
      try {
        await sendChunks(incoming, response, { facts, summary, chunks: counted(result.chunks, tally) })
      } catch (error) {
        if (!(error instanceof EngineException)) throw error
        await cutOff(response, facts, error)
        throw error
      }
      return
    }
    if (result.kind === 'written') tally.writtenRows = result.rows
    else tally.readRows = result.rows
    const bytes = result.kind === 'whole' ? result.bytes : Buffer.alloc(0)
    tally.resultBytes = bytes.length
    const rowBytes = result.kind === 'whole' ? result.rowBytes : result.bytes
    await sendWhole(incoming, response, { facts, summary: toSummary(tally, startedAt, rowBytes), bytes })
  }

  const toFacts = (query: QueryRequest, format: string): ReplyFacts => ({
    queryId: query.queryId,
    format,
    serverName: dependencies.engine.serverName,
    timezone: query.settings.get('session_timezone') || dependencies.engine.timezone,
    compresses: query.compresses,
    exceptionTag: randomBytes(8).toString('hex'),
    version: dependencies.engine.version,
  })

  return {
    request,
    /** For the close of the server. */
    abortAll: () => {
      for (const controller of running.values()) controller.abort()
    },
  }
}

function toSummary(tally: Tally, startedAt: bigint, rowBytes = 0): Summary {
  const wrote = tally.writtenRows > 0
  return {
    readRows: wrote ? tally.writtenRows : tally.readRows,
    readBytes: rowBytes,
    writtenRows: tally.writtenRows,
    writtenBytes: wrote ? rowBytes : 0,
    resultBytes: wrote ? rowBytes : tally.resultBytes,
    elapsedNs: process.hrtime.bigint() - startedAt,
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, tally: Tally): AsyncGenerator<Buffer, void> {
  for await (const chunk of chunks) {
    tally.resultBytes += chunk.length
    yield chunk
  }
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** What clients make up by themselves; a person may have typed anything else. */
function toLoggedId(queryId: string): string | undefined {
  return UUID.test(queryId) ? queryId : undefined
}

/** The paths that need no login. */
function sendFixed(pathname: string, response: ServerResponse): boolean {
  if (pathname !== '/ping' && pathname !== '/replicas_status') return false
  response.setHeader('Content-Type', 'text/html; charset=UTF-8')
  response.end('Ok.\n')
  return true
}

/** Where the body lay is nobody's business. */
function hideSpool(exception: EngineException): EngineException {
  const hidden = exception.message.replaceAll(/\/[^\s'"]*\/casehouse\/(spool|pipes)\/[^\s'"`:,)]+/g, '(body)')
  return hidden === exception.message
    ? exception
    : new EngineException(exception.code, hidden, exception.cause)
}
