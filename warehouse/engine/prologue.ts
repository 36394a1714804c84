/** What is said on a fresh connection before the statement itself: settings, database, parameters, and the reader's bonds. */
import type { EngineRole } from '../contract.ts'
import { raise } from './exception.ts'

export interface ReaderLimits {
  readonly maxMemoryBytes: number
  readonly maxThreads: number
  readonly maxExecutionSeconds: number
}

export interface Prologue {
  readonly role: EngineRole
  readonly database: string | undefined
  /** Name without `param_` → value, in ClickHouse's escaped text form. */
  readonly params: ReadonlyMap<string, string>
  readonly settings: ReadonlyMap<string, string>
  /** Names the query in `system.processes`, for `KILL QUERY`. */
  readonly queryId: string
  readonly limits: ReaderLimits
}

/** Where the library, made for the command line, differs from a server. */
const SERVER_SETTINGS: readonly (readonly [string, string])[] = [
  ['implicit_select', '0'],
  ['allow_introspection_functions', '0'],
]

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Settings that change how a result is written or how much is read: all that a reader may choose. */
const READER_SETTINGS = new RegExp(
  `^(${[
    'output_format_(?!schema)\\w+',
    'input_format_\\w+',
    'format_(csv|tsv|custom|template|binary|regexp)_\\w+',
    'date_time_\\w+',
    'join_\\w+',
    'optimize_\\w+',
    'do_not_merge_across_partitions_select_final',
    'max_(result_rows|result_bytes|rows_to_read|bytes_to_read|rows_to_group_by|rows_to_sort|block_size|bytes_before_external_(group_by|sort))',
    '(read|result|group_by|sort|timeout)_overflow_mode',
    'final|extremes|limit|offset|session_timezone|group_by_use_nulls|totals_mode|empty_result_for_aggregation_by_empty_set',
    'exact_rows_before_limit|transform_null_in|use_uncompressed_cache|enable_analyzer|allow_experimental_analyzer|prefer_column_name_to_alias',
    'cancel_http_readonly_queries_on_client_close|priority|use_skip_indexes\\w*|any_join_distinct_right_table_keys',
  ].join('|')})$`,
)

/** @throws EngineException 115 for a name that is none, 164 for a setting that a reader may not choose */
export function compilePrologue(prologue: Prologue): string {
  const settings = new Map([...SERVER_SETTINGS, ...prologue.settings])
  settings.set('log_comment', prologue.queryId)
  if (prologue.role === 'reader') bindReader(settings, prologue)
  const set = [...settings].map(([name, value]) => `${requireName(name)} = ${quote(value)}`)
  for (const [name, value] of prologue.params) set.push(`param_${requireName(name)} = ${quote(value)}`)
  const statements = [`SET ${set.join(', ')}`]
  if (prologue.database !== undefined) statements.push(`USE ${quoteIdentifier(prologue.database)}`)
  if (prologue.role === 'reader') statements.push('SET ROLE reader_role', 'SET readonly = 1')
  return statements.join('; ')
}

/** Read by the engine alone. Escapes by ClickHouse's rules for string literals. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`
}

function quoteIdentifier(text: string): string {
  return `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('\0', '\\0')}\``
}

function requireName(name: string): string {
  if (!NAME.test(name)) throw raise(115, 'A setting or parameter has a name that is no identifier.')
  return name
}

function bindReader(settings: Map<string, string>, { limits, settings: asked }: Prologue): void {
  const caps = {
    max_memory_usage: limits.maxMemoryBytes,
    max_threads: limits.maxThreads,
    max_execution_time: limits.maxExecutionSeconds,
  }
  for (const name of asked.keys()) {
    if (name in caps || READER_SETTINGS.test(name)) continue
    throw raise(164, `Cannot modify '${requireName(name)}' setting in readonly mode.`)
  }
  for (const [name, cap] of Object.entries(caps)) {
    const value = Number(asked.get(name) ?? 0)
    settings.set(name, String(value > 0 && value < cap ? value : cap))
  }
}
