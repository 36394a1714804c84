/** The answer: ClickHouse's headers, packed if the client asked, never faster than the client reads. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Transform, Writable } from 'node:stream'
import { createBrotliCompress, createDeflate, createGzip, createZstdCompress, constants } from 'node:zlib'
import { toHttpStatus, type EngineException } from './exception.ts'

export interface Summary {
  readonly readRows: number
  readonly readBytes: number
  readonly writtenRows: number
  readonly writtenBytes: number
  readonly resultBytes: number
  readonly elapsedNs: bigint
}

export interface ReplyFacts {
  readonly queryId: string
  readonly format: string
  readonly serverName: string
  readonly timezone: string
  readonly compresses: boolean
  /** Written before and after an exception that comes once bytes have left. */
  readonly exceptionTag: string
  readonly version: string
}

/** Source: ClickHouse, the content types of its output formats. */
const CONTENT_TYPES: readonly (readonly [RegExp, string])[] = [
  [
    /^(JSON|JSONStrings|JSONCompact|JSONCompactStrings|JSONColumns\w*|JSONCompactColumns|JSONObjectEachRow)$/,
    'application/json; charset=UTF-8',
  ],
  [/EachRow|^(JSONLines|NDJSON)/, 'application/x-ndjson; charset=UTF-8'],
  [/^CSV/, 'text/csv; charset=UTF-8'],
  [/^(TabSeparated|TSV)/, 'text/tab-separated-values; charset=UTF-8'],
  [/^XML$/, 'application/xml; charset=UTF-8'],
  [
    /^(Parquet|Arrow|ArrowStream|ORC|Avro|Native|RowBinary\w*|MsgPack|Protobuf\w*|CapnProto|BSONEachRow|Npy|RawBLOB)$/,
    'application/octet-stream',
  ],
  [/^(Markdown)$/, 'text/markdown; charset=UTF-8'],
]

const STALL_MS = 120_000

export function contentTypeOf(format: string): string {
  return CONTENT_TYPES.find(([pattern]) => pattern.test(format))?.[1] ?? 'text/plain; charset=UTF-8'
}

function setHeaders(response: ServerResponse, facts: ReplyFacts, summary: Summary): void {
  response.setHeader('Content-Type', contentTypeOf(facts.format))
  response.setHeader('X-ClickHouse-Query-Id', facts.queryId.replaceAll(/[^\x20-\x7e]/g, '?'))
  response.setHeader('X-ClickHouse-Format', facts.format)
  response.setHeader('X-ClickHouse-Server-Display-Name', facts.serverName)
  response.setHeader('X-ClickHouse-Timezone', facts.timezone)
  response.setHeader('X-ClickHouse-Exception-Tag', facts.exceptionTag)
  response.setHeader('X-ClickHouse-Summary', toSummaryHeader(summary))
}

function toSummaryHeader(summary: Summary): string {
  return JSON.stringify({
    read_rows: String(summary.readRows),
    read_bytes: String(summary.readBytes),
    written_rows: String(summary.writtenRows),
    written_bytes: String(summary.writtenBytes),
    total_rows_to_read: '0',
    result_rows: String(summary.writtenRows),
    result_bytes: String(summary.resultBytes),
    elapsed_ns: String(summary.elapsedNs),
  })
}

/** All of the result is here. */
export async function sendWhole(
  request: IncomingMessage,
  response: ServerResponse,
  { facts, summary, bytes }: { facts: ReplyFacts; summary: Summary; bytes: Buffer },
): Promise<void> {
  setHeaders(response, facts, summary)
  if (request.method === 'HEAD' || encodingFor(request, facts) === undefined || bytes.length === 0) {
    response.setHeader('Content-Length', bytes.length)
    response.end(request.method === 'HEAD' ? undefined : bytes)
    return
  }
  await sendChunks(request, response, {
    facts,
    summary,
    chunks: (async function* () {
      yield bytes
    })(),
  })
}

/**
 * The result comes while it is sent.
 * @param chunks when it throws an EngineException after bytes have left, the exception follows them under the tag and the connection is cut
 */
export async function sendChunks(
  request: IncomingMessage,
  response: ServerResponse,
  { facts, summary, chunks }: { facts: ReplyFacts; summary: Summary; chunks: AsyncIterable<Buffer> },
): Promise<void> {
  setHeaders(response, facts, summary)
  const packer = createPacker(request, response, facts)
  const out: Writable = packer ?? response
  packer?.pipe(response)
  for await (const chunk of chunks) if (!out.write(chunk)) await drained(out, response)
  out.end()
}

/** Source: ClickHouse 25.11, exceptions behind a part of the result. */
export async function cutOff(
  response: ServerResponse,
  facts: ReplyFacts,
  exception: EngineException,
): Promise<void> {
  const message = `${toText(exception, facts.version)}\n`
  const tag = facts.exceptionTag
  const length = Buffer.byteLength(message)
  const block = `\r\n__exception__\r\n${tag}\r\n${message}${length} ${tag}\r\n__exception__\r\n`
  if (response.getHeader('Content-Encoding') === undefined) {
    await new Promise<void>((done) => response.write(block, () => done()))
    // One turn more, so that the block is on the wire before the connection is cut.
    await new Promise<void>((done) => setTimeout(done, 20))
  }
  response.destroy()
}

export function sendException(
  response: ServerResponse,
  exception: EngineException,
  facts: Partial<ReplyFacts>,
): void {
  const status = toHttpStatus(exception)
  response.statusCode = status
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8')
  response.setHeader('X-ClickHouse-Exception-Code', exception.code)
  if (facts.queryId !== undefined)
    response.setHeader('X-ClickHouse-Query-Id', facts.queryId.replaceAll(/[^\x20-\x7e]/g, '?'))
  if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="ClickHouse"')
  if (status === 503) response.setHeader('Retry-After', '1')
  response.end(`${toText(exception, facts.version ?? '')}\n`)
}

function toText(exception: EngineException, version: string): string {
  const text = exception.message.trimEnd()
  return /\(version [^)]*\)/.test(text.slice(-80)) ? text : `${text} (version ${version})`
}

function encodingFor(
  request: IncomingMessage,
  facts: ReplyFacts,
): 'br' | 'gzip' | 'zstd' | 'deflate' | undefined {
  if (!facts.compresses) return undefined
  const header = request.headers['accept-encoding']
  const accepted = String(header ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase().split(';')[0])
  return (['br', 'gzip', 'zstd', 'deflate'] as const).find((encoding) => accepted.includes(encoding))
}

/** Level 3 as in ClickHouse: results are sent once, so speed counts. */
function createPacker(
  request: IncomingMessage,
  response: ServerResponse,
  facts: ReplyFacts,
): Transform | undefined {
  const encoding = encodingFor(request, facts)
  if (encoding === undefined) return undefined
  response.setHeader('Content-Encoding', encoding)
  response.setHeader('Vary', 'Accept-Encoding')
  if (encoding === 'gzip') return createGzip({ level: 3 })
  if (encoding === 'deflate') return createDeflate({ level: 3 })
  if (encoding === 'zstd') return createZstdCompress()
  return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 3 } })
}

/** @throws when the client takes nothing for two minutes, or is gone */
async function drained(out: Writable, response: ServerResponse): Promise<void> {
  if (response.destroyed) throw new Error('the client is gone')
  const ended = new AbortController()
  const gone = once(response, 'close', { signal: ended.signal }).then(() => {
    throw new Error('the client is gone')
  })
  const timer = setTimeout(() => response.destroy(), STALL_MS)
  try {
    await Promise.race([once(out, 'drain', { signal: ended.signal }), gone])
  } finally {
    clearTimeout(timer)
    ended.abort()
    gone.catch(() => undefined)
  }
}
