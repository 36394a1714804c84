/** The one place where an error of the Postgres driver becomes a `Problem`. What it does not know stays as it is: a bug. */
import { DatabaseError } from 'pg'
import { Problem } from '../problem.ts'
import {
  postgresCheck,
  postgresContended,
  postgresOverloaded,
  postgresReference,
  postgresUnique,
  postgresUnreachable,
  postgresValue,
} from './problems.ts'

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** The pool and the client throw these without a code. */
const SOCKET_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Client was closed|Client has encountered a connection error|not queryable/

/**
 * Translates what `pg` threw; anything else, a `Problem` among them, is returned as it came.
 * `unavailable` is worth another try, `conflict` and `invalid` are not.
 */
export function toPostgresProblem(error: unknown): unknown {
  if (error instanceof Problem) return error
  if (error instanceof DatabaseError) return fromSqlstate(error) ?? error
  if (!(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code !== undefined && SOCKET_CODES.has(code)) return postgresUnreachable({ sqlstate: code }, error)
  if (SOCKET_MESSAGE.test(error.message)) return postgresUnreachable({ sqlstate: 'closed' }, error)
  return error
}

function fromSqlstate(error: DatabaseError): Problem | undefined {
  const sqlstate = error.code ?? ''
  const where = { table: `${error.schema}.${error.table}`, constraint: error.constraint ?? 'unnamed' }
  switch (sqlstate) {
    case '23505':
    case '23P01':
      return postgresUnique(where, error)
    case '23503':
      return postgresReference(where, error)
    case '23514':
      return postgresCheck(where, error)
    case '23502':
      return postgresCheck({ ...where, constraint: `${error.column} not null` }, error)
    case '40001':
    case '40P01':
    case '55P03':
    case '57014':
    case '25P03':
      return postgresContended({ sqlstate }, error)
    case '57P01':
    case '57P02':
    case '57P03':
    case '57P05':
    case '25006':
      return postgresUnreachable({ sqlstate }, error)
  }
  if (sqlstate.startsWith('08')) return postgresUnreachable({ sqlstate }, error)
  if (sqlstate.startsWith('53')) return postgresOverloaded({ sqlstate }, error)
  if (sqlstate.startsWith('22')) return postgresValue({ sqlstate }, error)
  return undefined
}
