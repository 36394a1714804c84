/**
 * The second lock on a statement that may only read. The first is ClickHouse's own: the connection's role, without the
 * grants that reach files, network and other databases, and `readonly`. Here ClickHouse's parser says whether the text
 * only reads; and a few functions that need no grant, since the library takes itself for a tool of the command line, are
 * refused by name in the text as ClickHouse itself writes it out, in which nothing is hidden by quotes or escapes.
 */
import { EngineException, raise } from './exception.ts'
import type { Connection } from './native.ts'
import { quote } from './prologue.ts'
import { readTokens, type Token } from './tokens.ts'

export interface Guarded {
  readonly connection: Connection
  readonly text: string
  readonly params: ReadonlyMap<string, string>
  /** Appended to the refusal. */
  readonly hint: string
  /** Whether the functions are refused as well: for a reader, not for the owner's `GET`. */
  readonly refusesFunctions: boolean
}

/** Read any file of the machine (`file`), tell of the server, run what is in a text. */
const REFUSED = new Set([
  'file',
  'catboostevaluate',
  'getserversetting',
  'getmacro',
  'showcertificate',
  'eval',
  'arrowstream',
])

/** No refused name can be meant without one of these in the text. */
const SUSPICIOUS = new RegExp(`${[...REFUSED].join('|')}|\\\\`, 'i')

const SYNTAX_ERROR = 62

/** @throws EngineException 62 when it is no statement, 164 when it is more than reading */
export async function refuseUnlessReading(guarded: Guarded): Promise<void> {
  const { connection, text, hint } = guarded
  const { statementCount, readsOnly } = await connection.classify(text)
  const suspicious = guarded.refusesFunctions && (SUSPICIOUS.test(text) || text.includes('Identifier'))
  const reads = readsOnly && statementCount === 1
  if (reads && !suspicious) return
  const written = await writeOut(connection, text)
  if (!reads) throw raise(164, `Cannot execute query in readonly mode. ${hint}`)
  const named = namesFunction([...readTokens(written)]) ?? namesParameter(written, guarded.params)
  if (named === undefined) return
  throw raise(
    497,
    `Not enough privileges: this login may not use ${named}. A column of that name is to be written with its table's.`,
  )
}

async function writeOut(connection: Connection, text: string): Promise<string> {
  try {
    const { bytes } = await connection.query(`SELECT formatQuerySingleLine(${quote(text)})`, 'TSVRaw')
    return bytes.toString()
  } catch (error) {
    if (!(error instanceof EngineException) || error.code !== SYNTAX_ERROR) throw error
    const own = error.message.replace(/: In scope SELECT formatQuery.*?(?=\. \(SYNTAX_ERROR\))/s, '')
    throw new EngineException(SYNTAX_ERROR, own, error)
  }
}

/** A refused name that is neither behind a dot nor an alias: a call, or a function handed to another. */
function namesFunction(tokens: readonly Token[]): string | undefined {
  const found = tokens.find((token, i) => {
    const name = (token.quoted ? token.text.slice(1, -1) : token.text).toLowerCase()
    if (token.text.startsWith("'") || !REFUSED.has(name)) return false
    const called = tokens[i + 1]?.text === '('
    const before = tokens[i - 1]
    return called || !(before?.text === '.' || before?.word === 'AS')
  })
  return found?.text
}

/** `{name:Identifier}` may stand for a function too. */
function namesParameter(text: string, params: ReadonlyMap<string, string>): string | undefined {
  if (!text.includes('Identifier')) return undefined
  for (const [name, value] of params) {
    if (value.includes('\\') || REFUSED.has(value.trim().toLowerCase()))
      return `the value of parameter ${name}`
  }
  return undefined
}
