/** One request's statement, from the text to the answer: who may, on which connection, by which road the result comes. */
import type { EngineRole } from '../contract.ts'
import type { Body, Spool, SpoolFile } from './body.ts'
import { collectResult, type Result } from './collect-result.ts'
import type { Engine } from './engine.ts'
import { raise } from './exception.ts'
import type { Lane, Lanes } from './lanes.ts'
import type { Connection } from './native.ts'
import type { Pipes } from './pipes.ts'
import { compilePrologue, quote, type ReaderLimits } from './prologue.ts'
import { refuseUnlessReading } from './reader-guard.ts'
import type { QueryRequest } from './request.ts'
import type { Sessions } from './sessions.ts'
import {
  parseInsertHead,
  parseStatement,
  type InsertHead,
  type OtherStatement,
  type SelectStatement,
} from './statement.ts'

export interface RunDependencies {
  readonly engine: Engine
  readonly lanes: Lanes
  readonly pipes: Pipes
  readonly spool: Spool
  readonly sessions: Sessions
  readonly limits: ReaderLimits
}

export interface Job {
  readonly role: EngineRole
  readonly request: QueryRequest
  readonly body: Body
  readonly signal: AbortSignal
}

/** What was done; `deliver` is called with the result while the lane is still held, since the result may still be coming. */
export type Deliver = (result: Result) => Promise<void>

/** Longer statements than this are none: data belongs behind `FORMAT`. */
const MAX_STATEMENT_BYTES = 16 * 1024 * 1024
const KILL_AGAIN_MS = 500
const INLINE_VALUES_BYTES = 256 * 1024

type Plan =
  | { readonly kind: 'insert'; readonly head: InsertHead; readonly text: Buffer; readonly dataInText: Buffer }
  | { readonly kind: 'select'; readonly statement: SelectStatement; readonly text: string }
  | { readonly kind: 'other'; readonly statement: OtherStatement; readonly text: string }

export function createRunStatement(dependencies: RunDependencies) {
  return async function runStatement(job: Job, deliver: Deliver): Promise<string> {
    const plan = await toPlan(job)
    if (plan.kind !== 'insert') {
      await onConnection(dependencies, job, plan, deliver)
      return plan.kind === 'select' ? 'select' : plan.statement.verb.toLowerCase()
    }
    if (isReadOnly(job)) throw raise(164, `Cannot execute query in readonly mode. ${hintFor(job)}`)
    // Spooled before a lane is taken: a slow upload keeps nobody waiting.
    const file = await dependencies.spool.write(dataOf(plan.dataInText, job.body))
    try {
      await onConnection(dependencies, job, { ...plan, file }, deliver)
    } finally {
      await file.remove()
    }
    return 'insert'
  }
}

async function toPlan({ request, body }: Job): Promise<Plan> {
  const prefix = request.query === '' ? Buffer.alloc(0) : Buffer.from(request.query)
  const separator = prefix.length > 0 && body.head.length > 0 ? Buffer.from('\n') : Buffer.alloc(0)
  const text = Buffer.concat([prefix, separator, body.head])
  const head = parseInsertHead(text.toString('latin1'))
  const inline =
    head?.format === 'Values' && head.formatMissing && body.whole && text.length <= INLINE_VALUES_BYTES
  if (head !== undefined && !inline)
    return { kind: 'insert', head, text, dataInText: text.subarray(head.dataAt) }
  const parts: Buffer[] = [text]
  let size = text.length
  if (!body.whole) {
    for await (const chunk of body.rest()) {
      size += chunk.length
      if (size > MAX_STATEMENT_BYTES)
        throw raise(223, `The statement is longer than ${MAX_STATEMENT_BYTES} bytes.`)
      parts.push(chunk)
    }
  }
  const whole = Buffer.concat(parts).toString('utf8')
  if (inline) {
    return {
      kind: 'other',
      statement: { kind: 'other', verb: 'INSERT', format: undefined, end: whole.length, tokens: [] },
      text: whole,
    }
  }
  const statement = parseStatement(whole)
  if (statement.kind === 'select') return { kind: 'select', statement, text: whole }
  if (statement.verb === '') throw raise(62, 'Syntax error: Empty query.')
  return { kind: 'other', statement, text: whole }
}

async function* dataOf(first: Buffer, body: Body): AsyncGenerator<Buffer, void> {
  if (first.length > 0) yield first
  if (!body.whole) yield* body.rest()
}

async function onConnection(
  { engine, lanes, pipes, sessions, limits }: RunDependencies,
  job: Job,
  plan: Plan & { readonly file?: SpoolFile },
  deliver: Deliver,
): Promise<void> {
  const { role, request, signal } = job
  // Ending a query must not wait behind the queries to be ended.
  const urgent = plan.kind === 'other' && plan.statement.verb === 'KILL'
  const lane: Lane = urgent ? { number: -1, release: () => undefined } : await lanes.acquire(role, signal)
  // A reader's session has nothing to keep: it cannot SET, nor make temporary tables.
  const borrowed =
    request.session !== undefined && role === 'owner' ? sessions.borrow(request.session) : undefined
  let connection: Connection | undefined
  const killer = createKiller(engine, request.queryId)
  try {
    connection = borrowed?.connection ?? engine.open()
    if (signal.aborted) throw raise(394, 'The client left before the query began.')
    signal.addEventListener('abort', killer.start, { once: true })
    const prologue = compilePrologue({ ...request, role, limits })
    await connection.query(prologue, 'Null')
    await runPlan({ connection, job, plan, pipes, lane, deliver })
  } finally {
    signal.removeEventListener('abort', killer.start)
    killer.stop()
    if (borrowed !== undefined) {
      await resetSettings(borrowed.connection, request)
      borrowed.giveBack()
    } else connection?.close()
    lane.release()
  }
}

/** Again and again: the query may not have begun when it is first looked for. */
function createKiller(engine: Engine, queryId: string) {
  let timer: NodeJS.Timeout | undefined
  const kill = () => void engine.kill(queryId).catch(() => undefined)
  return {
    start: () => {
      kill()
      timer = setInterval(kill, KILL_AGAIN_MS)
    },
    stop: () => clearInterval(timer),
  }
}

interface Running {
  readonly connection: Connection
  readonly job: Job
  readonly plan: Plan & { readonly file?: SpoolFile }
  readonly pipes: Pipes
  readonly lane: Lane
  readonly deliver: Deliver
}

async function runPlan({ connection, job, plan, pipes, lane, deliver }: Running): Promise<void> {
  const { request } = job
  if (plan.kind === 'insert') {
    const answer = await connection.query(toInfile(plan, plan.file?.path ?? ''), 'TabSeparated')
    return deliver({
      kind: 'written',
      format: request.defaultFormat,
      rows: answer.rows,
      bytes: answer.rowBytes,
    })
  }
  if (isReadOnly(job)) {
    const { text } = plan
    const refusesFunctions = job.role === 'reader'
    await refuseUnlessReading({
      connection,
      text,
      params: request.params,
      hint: hintFor(job),
      refusesFunctions,
    })
  }
  const format = plan.statement.format ?? request.defaultFormat
  if (plan.kind === 'other') {
    const text = plan.statement.verb === 'KILL' ? nameByRequestId(plan.text, plan.statement) : plan.text
    const answer = await connection.query(text, format)
    const inserted = plan.statement.verb === 'INSERT'
    if (inserted) return deliver({ kind: 'written', format, rows: answer.rows, bytes: answer.rowBytes })
    return deliver({
      kind: 'whole',
      format,
      bytes: answer.bytes,
      rows: answer.rows,
      rowBytes: answer.rowBytes,
    })
  }
  const pipe = pipes.open(lane.number)
  const answer = connection
    .query(toOutfile(plan, pipe.path, request.defaultFormat), 'TabSeparated')
    .finally(pipe.finish)
  answer.catch(() => undefined)
  try {
    await deliver(
      await collectResult({ format, source: pipe.source, answer, waitsForEnd: request.waitsForEnd }),
    )
  } finally {
    // Whatever became of the delivery: the connection may be closed only after the engine has answered.
    pipe.source.resume()
    await answer.catch(() => undefined)
    pipe.source.destroy()
  }
}

function toInfile({ head, text }: Extract<Plan, { kind: 'insert' }>, path: string): string {
  const { input } = head
  if (input !== undefined) {
    const [before, after] = [text.subarray(0, input.start), text.subarray(input.end, input.selectEnd)]
    return `${before.toString('utf8')}file(${quote(path)}, ${quote(head.format)}, ${Buffer.from(input.structure, 'latin1').toString('utf8')})${after.toString('utf8')}`
  }
  const target = text.subarray(0, head.infileAt).toString('utf8')
  const tail = text.subarray(head.infileAt, head.headEnd).toString('utf8')
  return `${target} FROM INFILE ${quote(path)}${tail}${head.formatMissing ? ' FORMAT Values' : ''}`
}

function toOutfile(
  { statement, text }: Extract<Plan, { kind: 'select' }>,
  path: string,
  format: string,
): string {
  const before = text.slice(0, statement.outfileAt)
  const after = text.slice(statement.outfileAt, statement.end)
  const named = statement.format === undefined ? ` FORMAT ${format}` : ''
  return `${before} INTO OUTFILE ${quote(path)} APPEND${named} ${after}`
}

/** `system.processes` knows queries by ids of the library's own; the id that the client gave is in `log_comment`. */
function nameByRequestId(text: string, statement: OtherStatement): string {
  let named = text
  for (const token of statement.tokens.toReversed()) {
    if (token.word !== 'QUERY_ID') continue
    named = `${named.slice(0, token.start)}Settings['log_comment']${named.slice(token.end)}`
  }
  return named
}

function isReadOnly({ role, request }: Job): boolean {
  return role === 'reader' || request.readsOnly
}

function hintFor({ role }: Job): string {
  return role === 'reader' ? 'This login may only read.' : 'Use POST for queries that change something.'
}

/** Differs: settings of one request's URL go back to the server's default, not to what the session had set. */
async function resetSettings(connection: Connection, { settings }: QueryRequest): Promise<void> {
  if (settings.size === 0) return
  const names = [...settings.keys()].map((name) => `${name} = DEFAULT`).join(', ')
  await connection.query(`SET ${names}`, 'Null').catch(() => undefined)
}
