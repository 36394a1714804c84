/** A refusal in ClickHouse's own terms: number, name, sentence; and the HTTP status that its server gives to it. */

/** The numbers and names of ClickHouse's ErrorCodes that we raise ourselves. */
const NAMES = {
  36: 'BAD_ARGUMENTS',
  48: 'NOT_IMPLEMENTED',
  62: 'SYNTAX_ERROR',
  73: 'UNKNOWN_FORMAT',
  115: 'UNKNOWN_SETTING',
  117: 'INCORRECT_DATA',
  159: 'TIMEOUT_EXCEEDED',
  164: 'READONLY',
  194: 'REQUIRED_PASSWORD',
  202: 'TOO_MANY_SIMULTANEOUS_QUERIES',
  216: 'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING',
  223: 'QUERY_IS_TOO_LARGE',
  243: 'NOT_ENOUGH_SPACE',
  372: 'SESSION_NOT_FOUND',
  373: 'SESSION_IS_LOCKED',
  394: 'QUERY_WAS_CANCELLED',
  497: 'ACCESS_DENIED',
  512: 'SET_NON_GRANTED_ROLE',
  516: 'AUTHENTICATION_FAILED',
  1000: 'POCO_EXCEPTION',
} as const

export type RaisedCode = keyof typeof NAMES

/** Source: ClickHouse, `exceptionCodeToHTTPStatus`; 202 is 503 here so that proxies and clients try again. */
const STATUSES: Readonly<Record<number, readonly number[]>> = {
  400: [6, 26, 27, 36, 38, 41, 43, 53, 62, 69, 70, 72, 117, 131, 168, 179, 321, 349, 427, 441, 456],
  401: [194],
  403: [164, 192, 193, 497, 512, 516],
  404: [16, 42, 46, 47, 50, 56, 60, 63, 73, 77, 78, 81, 115, 372],
  408: [159],
  413: [223],
  501: [48],
  503: [202, 209, 210, 243, 439, 745],
}

const STATUS_OF = new Map(
  Object.entries(STATUSES).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)] as const)),
)

export class EngineException extends Error {
  readonly code: number

  constructor(code: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'EngineException'
    this.code = code
  }
}

export function raise(code: RaisedCode, sentence: string): EngineException {
  return new EngineException(code, `Code: ${code}. DB::Exception: ${sentence} (${NAMES[code]})`)
}

/** What of our own doing failed: a full disk is one to whoever asks, so that the same is asked again later. */
export function systemException(error: unknown): EngineException {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') return raise(243, 'No space left on device for what was sent.')
  return raise(1000, 'The engine failed; its log says more.')
}

/** Takes what the library threw; the text keeps ClickHouse's shape `Code: 60. DB::Exception: … (UNKNOWN_TABLE)`. */
export function engineException(error: unknown): EngineException {
  if (error instanceof EngineException) return error
  const text = error instanceof Error ? error.message : String(error)
  const code = /^Code: (\d+)\./.exec(text)?.[1]
  if (code === undefined)
    return new EngineException(1000, `Code: 1000. DB::Exception: ${text} (POCO_EXCEPTION)`, error)
  return new EngineException(Number(code), unwrap(text), error)
}

/** The library reports some refusals twice, one inside the other: keep the inner one. */
function unwrap(text: string): string {
  const inner =
    /^Code: \d+\. DB::Exception: (Code: \d+\. DB::Exception: .*) \(version [^)]*\)\. \([A-Z0-9_]+\)\s*$/s.exec(
      text,
    )
  return (inner?.[1] ?? text).trimEnd()
}

export function toHttpStatus(exception: EngineException): number {
  return STATUS_OF.get(exception.code) ?? 500
}
