/** One way to ask the warehouse: bound parameters, rows that a schema has read, one set of settings. */
import { z } from 'zod'
import { toWarehouseProblem, type WarehouseClient } from '#infra/platform/index.ts'

/** Bound as `{name:Type}`; an array of instants is given as texts, never as `Date`s. */
export type Params = Readonly<Record<string, string | number | boolean | readonly string[]>>

export interface Question<Row extends z.ZodType> {
  readonly sql: string
  readonly params: Params
  readonly row: Row
}

/** A form or case never moves to another partition, so `final` merges within each. */
const SETTINGS = {
  do_not_merge_across_partitions_select_final: 1,
  output_format_json_quote_64bit_integers: 0,
  max_execution_time: 60,
} as const

/**
 * Runs one select. 64-bit integers arrive as JSON numbers: cast those that may pass 2^53 to String.
 * @throws PLATFORM_WAREHOUSE_UNREACHABLE, PLATFORM_WAREHOUSE_OVERLOADED, PLATFORM_WAREHOUSE_DENIED
 */
export async function ask<Row extends z.ZodType>(
  warehouse: WarehouseClient,
  question: Question<Row>,
): Promise<readonly z.output<Row>[]> {
  try {
    const result = await warehouse.query({
      query: question.sql,
      query_params: { ...question.params },
      format: 'JSONEachRow',
      clickhouse_settings: SETTINGS,
    })
    const rows = await result.json<unknown>()
    return rows.map((row) => question.row.parse(row))
  } catch (error) {
    throw toWarehouseProblem(error)
  }
}

const Counted = z.object({ data: z.array(z.unknown()), rows_before_limit_at_least: z.number() })

/**
 * Runs one select that ends in `limit`, and tells how many rows there would be without: the engine counts them as they pass.
 * @throws what `ask` throws
 */
export async function askPage<Row extends z.ZodType>(
  warehouse: WarehouseClient,
  question: Question<Row>,
): Promise<{ readonly rows: readonly z.output<Row>[]; readonly total: number }> {
  try {
    const result = await warehouse.query({
      query: question.sql,
      query_params: { ...question.params },
      format: 'JSON',
      clickhouse_settings: { ...SETTINGS, exact_rows_before_limit: 1 },
    })
    const { data, rows_before_limit_at_least: total } = Counted.parse(await result.json<unknown>())
    return { rows: data.map((row) => question.row.parse(row)), total }
  } catch (error) {
    throw toWarehouseProblem(error)
  }
}
