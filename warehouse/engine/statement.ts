/**
 * Just enough reading of a statement to carry it over HTTP: where the data of an insert begins, which format was asked
 * for, whether a second statement follows. It decides where text of ours may be put in; what a login may do is decided by
 * ClickHouse (roles, `readonly`, its own parser), never here.
 */
import { raise } from './exception.ts'
import { readTokens, type Token } from './tokens.ts'

export type Statement = SelectStatement | OtherStatement

/** Offsets are those of the text that was given. */
export interface InsertHead {
  /** Where `FROM INFILE '…'` goes in: behind the table and its columns. */
  readonly infileAt: number
  /** End of what is sent to the engine, with `FORMAT x` in it. */
  readonly headEnd: number
  /** Where the data begins, in the same text. */
  readonly dataAt: number
  readonly format: string
  /** Whether `headEnd` leaves out the format, as `VALUES` does. */
  readonly formatMissing: boolean
  /** For `INSERT … SELECT … FROM input('structure') … FORMAT x`: the data is read by the select. */
  readonly input?: InputCall | undefined
}

export interface InputCall {
  /** Of `input(…)`. */
  readonly start: number
  readonly end: number
  /** The literal between its brackets, as it was written. */
  readonly structure: string
  /** Where `FORMAT` begins: what is behind it says how to read the data, which the file is told. */
  readonly selectEnd: number
}

export interface SelectStatement {
  readonly kind: 'select'
  /** Where `INTO OUTFILE '…'` goes in. */
  readonly outfileAt: number
  readonly format: string | undefined
  /** End without the closing semicolon. */
  readonly end: number
}

export interface OtherStatement {
  readonly kind: 'other'
  readonly verb: string
  readonly format: string | undefined
  readonly end: number
  readonly tokens: readonly Token[]
}

/** @throws EngineException 62 for more than one statement, 48 for a file on the server's side */
export function parseStatement(text: string): Statement {
  const tokens = [...readTokens(text)]
  const semicolon = tokens.findIndex((token) => token.text === ';')
  const statement = semicolon === -1 ? tokens : tokens.slice(0, semicolon)
  if (semicolon !== -1 && tokens.slice(semicolon).some((token) => token.text !== ';')) {
    throw raise(62, 'Syntax error: Multi-statements are not allowed over HTTP.')
  }
  const top = statement.filter((token) => token.depth === 0)
  refuseFiles(top)
  refuseInput(statement)
  const end = statement.at(-1)?.end ?? 0
  const output = findFormat(top)
  const verb = statement.find((token) => token.text !== '(')?.word ?? ''
  const selects =
    verb === 'SELECT' || verb === 'FROM' || (verb === 'WITH' && !top.some((t) => t.word === 'INSERT'))
  if (selects) return { kind: 'select', outfileAt: output?.at ?? end, format: output?.format, end }
  return { kind: 'other', verb, format: output?.format, end, tokens: statement }
}

function refuseFiles(top: readonly Token[]): void {
  const outfile = top.some((token, i) => token.word === 'INTO' && top[i + 1]?.word === 'OUTFILE')
  if (outfile) throw raise(48, 'INTO OUTFILE is not allowed over HTTP.')
}

/** The library would answer with success and write nothing. */
function refuseInput(statement: readonly Token[]): void {
  const input = statement.some((token, i) => token.word === 'INPUT' && statement[i + 1]?.text === '(')
  if (input)
    throw raise(48, 'input() is read by INSERT INTO … SELECT … FROM input() FORMAT …, and by nothing else.')
}

/** `FORMAT x`, at the end or before the last `SETTINGS`. */
function findFormat(top: readonly Token[]): { readonly at: number; readonly format: string } | undefined {
  for (let i = top.length - 2; i >= 0; i -= 1) {
    const [token, name, next] = [top[i], top[i + 1], top[i + 2]]
    if (token?.word !== 'FORMAT' || name?.word === undefined) continue
    if (next !== undefined && next.word !== 'SETTINGS') continue
    return { at: token.start, format: name.text }
  }
  return undefined
}

/**
 * `INSERT INTO t (…) FORMAT x …data`, `… VALUES …data` and `… SELECT … FROM input('…') FORMAT x …data`; an insert from another
 * select is not one.
 * @param text one character a byte (latin1), since data may be binary; nothing behind the head is read
 */
export function parseInsertHead(text: string): InsertHead | undefined {
  const cursor = createCursor(text)
  if (!cursor.take('INSERT')) return undefined
  cursor.take('INTO')
  if (!cursor.take('TABLE') && cursor.take('FUNCTION')) return undefined
  if (!cursor.takeName()) return undefined
  if (cursor.takeText('.') && !cursor.takeName()) return undefined
  cursor.takeParentheses()
  const infileAt = cursor.lastEnd()
  if (cursor.take('FROM') || cursor.take('PARTITION'))
    throw raise(48, 'INSERT FROM INFILE is not allowed over HTTP.')
  if (cursor.take('SETTINGS')) cursor.skipTo(['FORMAT', 'VALUES', 'SELECT', 'WITH'])
  const headEnd = cursor.lastEnd()
  if (cursor.take('VALUES')) {
    return {
      infileAt,
      headEnd,
      dataAt: cursor.lastEnd(),
      format: 'Values',
      formatMissing: true,
    }
  }
  const selects = cursor.selects()
  const input = selects ? cursor.takeInput() : undefined
  if (selects && input === undefined) return undefined
  if (!cursor.take('FORMAT')) return undefined
  const format = cursor.takeName()
  if (format === undefined) return undefined
  const end = cursor.lastEnd()
  return {
    infileAt,
    headEnd: end,
    dataAt: skipLineEnd(text, end),
    format,
    formatMissing: false,
    ...(input === undefined ? {} : { input }),
  }
}

/** Source: ClickHouse, ParserInsertQuery: blanks and one line end behind the format do not belong to the data. */
function skipLineEnd(text: string, from: number): number {
  const skipped = /^[ \t\f]*;?[ \t\f]*\r?\n?/.exec(text.slice(from, from + 4_096))
  return from + (skipped?.[0].length ?? 0)
}

/** Reads tokens one by one, so that the data behind the head is never looked at. */
function createCursor(text: string) {
  const tokens = readTokens(text)
  let next = tokens.next()
  let end = 0
  const advance = () => {
    if (next.done !== true) end = next.value.end
    next = tokens.next()
  }
  const peek = () => (next.done === true ? undefined : next.value)
  /** `{name:Identifier}` */
  const skipParameter = () => {
    while (peek() !== undefined && peek()?.text !== '}') advance()
    advance()
  }
  /** From `SELECT` to before `FORMAT`; undefined when there is not exactly one `input('…')` on the way. */
  const takeInput = (): InputCall | undefined => {
    let call: Omit<InputCall, 'selectEnd'> | undefined
    for (let token = peek(); token !== undefined; token = peek()) {
      if (token.depth === 0 && token.word === 'FORMAT')
        return call === undefined ? undefined : { ...call, selectEnd: token.start }
      advance()
      if (token.word !== 'INPUT' || peek()?.text !== '(') continue
      advance()
      const structure = peek()
      if (structure === undefined || structure.text[0] !== "'") return undefined
      advance()
      if (peek()?.text !== ')' || call !== undefined) return undefined
      advance()
      call = { start: token.start, end, structure: structure.text }
    }
    return undefined
  }
  return {
    lastEnd: () => end,
    selects: () => peek()?.word === 'SELECT' || peek()?.word === 'WITH',
    takeInput,
    take: (word: string) => {
      if (peek()?.word !== word) return false
      advance()
      return true
    },
    takeText: (symbol: string) => {
      if (peek()?.text !== symbol) return false
      advance()
      return true
    },
    takeName: () => {
      const token = peek()
      if (token === undefined || !(token.word !== undefined || token.quoted || token.text === '{'))
        return undefined
      advance()
      if (token.text === '{') skipParameter()
      return token.text
    },
    takeParentheses: () => {
      if (peek()?.text !== '(') return
      advance()
      while (peek() !== undefined && (peek()?.depth ?? 0) > 0) advance()
      advance()
    },
    skipTo: (words: readonly string[]) => {
      for (let token = peek(); token !== undefined; token = peek()) {
        if (token.depth === 0 && token.word !== undefined && words.includes(token.word)) return
        advance()
      }
    },
  }
}
