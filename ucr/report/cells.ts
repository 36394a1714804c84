/** What each column shows in a row that the engine brought back. */
import { localize } from '../transform/localize.ts'
import { strftime } from '../transform/strftime.ts'
import { applyTransform } from '../transform/transform.ts'
import type { TransformContext } from '../transform/transform.ts'
import type { AggregateDateColumn, ReportColumn } from '../tree/report-column.ts'
import { isCivilDay, toDays } from '../value/calendar.ts'
import { toInteger } from '../value/cast.ts'
import { readFloat, splitWords } from '../value/numbers.ts'
import { toText } from '../value/text.ts'
import { member } from '../value/value.ts'
import type { Value } from '../value/value.ts'
import type { Row } from '../interpret/rows.ts'
import { denominatorAlias, expandedAlias, monthAlias, numeratorAlias, yearAlias } from './columns.ts'
import { formatPercent } from './percent.ts'
import { expandedValues } from './query.ts'
import type { Expansions } from './query.ts'

/** A column as it is shown: an expanded one is several. */
export interface ShownColumn {
  readonly slug: string
  readonly header: string
  readonly column: ReportColumn
}

const NO_DATE = 'Unknown Date'

export function shownColumns(
  columns: readonly ReportColumn[],
  expansions: Expansions,
  language: string,
): readonly ShownColumn[] {
  return columns.flatMap((column): readonly ShownColumn[] => {
    const header = localize(column.display, language) ?? column.column_id
    if (column.type !== 'expanded') return [{ slug: column.column_id, header, column }]
    return expandedValues(column, expansions).map((value, index) => ({
      slug: expandedAlias(column.column_id, index),
      header: `${header}-${toText(value)}`,
      column,
    }))
  })
}

function formatMonth({ column_id: id, format }: AggregateDateColumn, row: Row): string {
  const [year, month] = [member(row, yearAlias(id)), member(row, monthAlias(id))].map((part) =>
    Number(toInteger(part) ?? 0),
  ) as [number, number]
  const first = { year, month, day: 1 }
  return isCivilDay(first) ? strftime(format, { days: toDays(first), micros: 0 }) : NO_DATE
}

/** Four numbers: latitude, longitude, altitude, accuracy. */
function isGeoPoint(text: string): boolean {
  const numbers = splitWords(text).map(readFloat)
  const [latitude, longitude] = numbers
  if (numbers.length !== 4 || numbers.some((each) => each === null || !Number.isFinite(each))) return false
  return Math.abs(latitude ?? 0) <= 90 && Math.abs(longitude ?? 0) <= 180
}

/** Differs: no place at all is blank, where the server writes "None (Invalid Location)". */
function formatLocation(value: Value): string {
  const text = value === null ? '' : toText(value)
  if (text === '') return ''
  return isGeoPoint(text) ? splitWords(text).join(' ') : `${text} (Invalid Location)`
}

/** The value of a column before its transform. Columns that need the finished row or the whole report come later. */
export function rawCell({ slug, column }: ShownColumn, row: Row): Value {
  const { column_id: id } = column
  switch (column.type) {
    case 'percent':
      return formatPercent(member(row, numeratorAlias(id)), member(row, denominatorAlias(id)), column.format)
    case 'aggregate_date':
      return formatMonth(column, row)
    case 'location':
      return formatLocation(member(row, slug))
    case 'expression':
      return null
    case 'field':
    case 'expanded':
    case 'integer_buckets':
    case 'age_in_months_buckets':
    case 'array_agg_last_value':
    case 'conditional_aggregation':
    case 'sum_when':
    case 'sum_when_template':
      return member(row, slug)
  }
}

/** The cell as it is shown. */
export function shownCell(shown: ShownColumn, row: Row, transforms: TransformContext): Value {
  const value = rawCell(shown, row)
  const { transform, type } = shown.column
  // A percentage and a month are finished texts; the server has no transform for them either.
  const isFinished = type === 'percent' || type === 'aggregate_date'
  return transform === null || isFinished ? value : applyTransform(transform, value, transforms)
}
