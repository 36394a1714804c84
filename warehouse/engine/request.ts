/** What of a request is about the query: URL parameters and headers of ClickHouse's HTTP interface. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { raise } from './exception.ts'

export interface QueryRequest {
  /** From the URL; the body follows it. */
  readonly query: string
  readonly queryId: string
  readonly database: string | undefined
  readonly defaultFormat: string
  readonly params: ReadonlyMap<string, string>
  readonly settings: ReadonlyMap<string, string>
  /** `GET` may only read. */
  readonly readsOnly: boolean
  readonly waitsForEnd: boolean
  readonly compresses: boolean
  readonly session: SessionRequest | undefined
}

export interface SessionRequest {
  readonly id: string
  readonly timeoutSeconds: number
  readonly mustExist: boolean
}

/** Handled here or of no meaning on one machine; everything else in the URL is a setting. */
const OWN = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'quota_key',
  'wait_end_of_query',
  'buffer_size',
  'session_id',
  'session_timeout',
  'session_check',
  'close_session',
  'stacktrace',
  'client_protocol_version',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'enable_http_compression',
  'http_zlib_compression_level',
  'add_http_cors_header',
  'http_write_exception_in_output_format',
  'log_comment',
])

/** A protocol of compressed blocks that only native clients speak. */
const REFUSED = new Map([
  ['compress', 'Use enable_http_compression=1 and Accept-Encoding instead of compress=1.'],
  ['decompress', 'Use Content-Encoding instead of decompress=1.'],
])

const FORMAT = /^\w+$/
const MAX_SESSION_SECONDS = 3_600

/** @throws EngineException 36, 48, 73 or 512 for what this server does not do */
export function toQueryRequest(request: IncomingMessage, url: URLSearchParams): QueryRequest {
  const params = new Map<string, string>()
  const settings = new Map<string, string>()
  for (const [name, value] of url) {
    if (name.startsWith('param_')) params.set(name.slice('param_'.length), value)
    else if (name === 'role') throw raise(512, 'Roles cannot be chosen here: the login has one.')
    else if (REFUSED.has(name) && value !== '0') throw raise(48, REFUSED.get(name) ?? '')
    else if (!OWN.has(name) && !REFUSED.has(name)) settings.set(name, value)
  }
  const defaultFormat = url.get('default_format') ?? header(request, 'x-clickhouse-format') ?? 'TabSeparated'
  if (!FORMAT.test(defaultFormat)) throw raise(73, 'The default format has a name that is no identifier.')
  return {
    query: url.get('query') ?? '',
    queryId: url.get('query_id') || randomUUID(),
    database: url.get('database') || header(request, 'x-clickhouse-database'),
    defaultFormat,
    params,
    settings,
    readsOnly: request.method !== 'POST',
    waitsForEnd: isOn(url.get('wait_end_of_query')),
    compresses: isOn(url.get('enable_http_compression')),
    session: toSession(url),
  }
}

function toSession(url: URLSearchParams): SessionRequest | undefined {
  const id = url.get('session_id')
  if (id === null || id === '') return undefined
  const timeoutSeconds = Number(url.get('session_timeout') ?? 60)
  if (!(timeoutSeconds > 0 && timeoutSeconds <= MAX_SESSION_SECONDS)) {
    throw raise(36, `session_timeout must be between 1 and ${MAX_SESSION_SECONDS} seconds.`)
  }
  return { id, timeoutSeconds, mustExist: isOn(url.get('session_check')) }
}

function isOn(value: string | null): boolean {
  return value === '1' || value === 'true'
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
