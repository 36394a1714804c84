/**
 * Reading a data source: its shape, then what needs the whole of it: names, columns, primary key.
 * Source: reference §6.1, §6.6, §6.7, §6.9.
 */
import { z } from 'zod'
import { tableName } from '../compat/names.ts'
import { automaticColumns, columnsOf, RESERVED } from '../indicator/columns.ts'
import { columnDuplicate, columnReserved, columnUnknown, primaryKeyInvalid } from '../problems.ts'
import { REFERENCED_DOC_TYPES } from '../tree/data-source.ts'
import type { Column, DataSource } from '../tree/data-source.ts'
import { createFault } from './fault.ts'
import type { Fault, Parsed } from './fault.ts'
import { grammar } from './grammar.ts'
import { indicator, slug } from './indicator.ts'
import { checkNames, orderNames } from './names.ts'
import type { Root } from './names.ts'
import { nearest } from './nearest.ts'
import { deepFreeze, readWhole } from './read.ts'
import { choice, flag, listOf, objectOf, or, orNone, orNull, text } from './schema.ts'

const validation = z.object({ name: text, expression: grammar.filter, error_message: z.string() })

const Spec = z.object({
  domain: text,
  engine_id: or(text, 'ucr'),
  referenced_doc_type: choice(REFERENCED_DOC_TYPES),
  table_id: slug,
  display_name: or(z.string(), ''),
  description: or(z.string(), ''),
  configured_filter: orNone(grammar.filter),
  base_item_expression: orNone(grammar.expression),
  configured_indicators: or(listOf(indicator), []),
  named_expressions: or(objectOf(grammar.expression), {}),
  named_filters: or(objectOf(grammar.filter), {}),
  validations: or(listOf(validation), []),
  asynchronous: flag(false),
  is_deactivated: flag(false),
  disable_destructive_rebuild: flag(false),
  is_available_in_analytics: flag(false),
  sql_column_indexes: or(listOf(z.object({ column_ids: listOf(z.string()) })), []),
  sql_settings: or(z.object({ primary_key: orNull(listOf(z.string())) }), { primary_key: null }),
  mirrored_engine_ids: or(listOf(z.string()), []),
  meta: z.unknown().optional(),
})
type Spec = z.infer<typeof Spec>

function rootsOf(spec: Spec): readonly Root[] {
  const filter = spec.configured_filter
  const base = spec.base_item_expression
  return [
    ...(filter === null ? [] : [{ kind: 'filter', node: filter, path: ['configured_filter'] } as const]),
    ...(base === null ? [] : [{ kind: 'expression', node: base, path: ['base_item_expression'] } as const]),
    ...spec.validations.map(
      ({ expression: node }, index) =>
        ({ kind: 'filter', node, path: ['validations', index, 'expression'] }) as const,
    ),
    ...spec.configured_indicators.flatMap((each, index): readonly Root[] => {
      const path = (key: string) => ['configured_indicators', index, key]
      if (each.type === 'boolean' || each.type === 'small_boolean')
        return [{ kind: 'filter', node: each.filter, path: path('filter') }]
      if (each.type === 'expression')
        return [{ kind: 'expression', node: each.expression, path: path('expression') }]
      return each.type === 'ledger_balances' || each.type === 'due_list_date'
        ? [{ kind: 'expression', node: each.case_id_expression, path: path('case_id_expression') }]
        : []
    }),
  ]
}

function checkColumns(spec: Spec): readonly Fault[] {
  const seen = new Set<string>()
  return spec.configured_indicators.flatMap((each, index) =>
    columnsOf(each).flatMap(({ id }): readonly Fault[] => {
      const path = ['configured_indicators', index, 'column_id']
      if (RESERVED.some((reserved) => reserved === id))
        return [
          createFault(path, {
            kind: columnReserved,
            found: id,
            allowed: `any name but ${RESERVED.join(', ')}`,
          }),
        ]
      if (!seen.has(id)) {
        seen.add(id)
        return []
      }
      return [
        createFault(path, { kind: columnDuplicate, found: id, allowed: 'each column has an id of its own' }),
      ]
    }),
  )
}

/** All columns, in the order of the table. */
function listColumns(spec: Spec): readonly Column[] {
  return [
    ...automaticColumns(spec.base_item_expression !== null),
    ...spec.configured_indicators.flatMap(columnsOf),
  ]
}

function checkKeys(spec: Spec): readonly Fault[] {
  const columns = listColumns(spec)
  const ids = columns.map(({ id }) => id)
  const unknown = (id: string, path: readonly PropertyKey[]): readonly Fault[] =>
    ids.includes(id)
      ? []
      : [
          createFault(path, {
            kind: columnUnknown,
            found: id,
            allowed: ids.join(', '),
            meant: nearest(id, ids),
          }),
        ]
  const keyed = columns.filter((column) => column.is_primary_key).map(({ id }) => id)
  return [
    ...(spec.sql_settings.primary_key ?? []).flatMap((id, index) => {
      const path = ['sql_settings', 'primary_key', index]
      if (!ids.includes(id) || keyed.includes(id)) return unknown(id, path)
      const allowed = `made of columns with is_primary_key: ${keyed.join(', ')}`
      return [createFault(path, { kind: primaryKeyInvalid, found: id, allowed })]
    }),
    ...spec.sql_column_indexes.flatMap(({ column_ids }, index) =>
      column_ids.flatMap((id, at) => unknown(id, ['sql_column_indexes', index, 'column_ids', at])),
    ),
  ]
}

function complete(spec: Spec): DataSource {
  const { named_expressions, named_filters, sql_settings, mirrored_engine_ids: _, meta: __, ...rest } = spec
  const names = orderNames({ expressions: named_expressions, filters: named_filters })
  const columns = listColumns(spec)
  return {
    ...rest,
    named_expressions: names.expressions,
    named_filters: names.filters,
    columns,
    primary_key:
      sql_settings.primary_key ?? columns.filter((column) => column.is_primary_key).map(({ id }) => id),
    table_name: tableName(spec.domain, spec.table_id),
  }
}

/**
 * A data source, or everything that is wrong with it.
 * Source: reference §6.1; unknown keys are told as warnings, the server's own records are passed over.
 */
export function parseDataSource(raw: unknown): Parsed<DataSource> {
  const parsed = readWhole(Spec, raw, {
    keys: Object.keys(Spec.shape),
    check: (spec) => [
      ...checkNames({ expressions: spec.named_expressions, filters: spec.named_filters }, rootsOf(spec)),
      ...checkColumns(spec),
      ...checkKeys(spec),
    ],
  })
  return parsed.ok ? { ...parsed, value: deepFreeze(complete(parsed.value)) } : parsed
}

/** One indicator on its own: for previews while it is being written. */
export const parseIndicator = (raw: unknown) => readWhole(indicator, raw, { keys: [], check: () => [] })
