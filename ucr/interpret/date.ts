/** Expressions of the calendar. A date or count that cannot be read gives null, and so does a day outside the years 1 to 9999. */
import type { DateExpression, Expression } from '../tree/expression.ts'
import { addMonths, daysInMonth, MICROS_A_DAY, toCivil, toDays } from '../value/calendar.ts'
import { toDate, toDateTime, toInteger } from '../value/cast.ts'
import { fromEthiopian, toEthiopian } from '../value/ethiopian.ts'
import { dateOf, datetimeOf } from '../value/value.ts'
import type { DateValue, Value } from '../value/value.ts'
import type { Context, Handlers } from './context.ts'

const COUNT_MAX = 1e9

/** Moves the date that an expression gives. */
function moved(
  date: Expression,
  [item, context]: readonly [Value, Context],
  move: (date: DateValue) => number | null,
): Value {
  const from = toDate(context.evaluate(date, item, context))
  const days = from === null ? null : move(from)
  return days === null ? null : dateOf(days)
}

/** A whole number of a sensible size. */
function count(expression: Expression, item: Value, context: Context): number | null {
  const whole = toInteger(context.evaluate(expression, item, context))
  const number = whole === null ? Number.NaN : Number(whole)
  return Math.abs(number) <= COUNT_MAX ? number : null
}

function addHours(
  node: Extract<DateExpression, { type: 'add_hours' }>,
  item: Value,
  context: Context,
): Value {
  const from = toDateTime(context.evaluate(node.date_expression, item, context))
  const hours = count(node.count_expression, item, context)
  if (from === null || hours === null) return null
  const days = Math.floor(hours / 24)
  const micros = from.micros + (hours - days * 24) * 3_600_000_000
  const carry = Math.floor(micros / MICROS_A_DAY)
  return datetimeOf(from.days + days + carry, micros - carry * MICROS_A_DAY)
}

export const dateHandlers: Handlers<DateExpression> = {
  add_days: (node, item, context) => {
    const days = count(node.count_expression, item, context)
    return moved(node.date_expression, [item, context], (date) => (days === null ? null : date.days + days))
  },
  add_hours: addHours,
  add_months: (node, item, context) => {
    const months = count(node.months_expression, item, context)
    return moved(node.date_expression, [item, context], (date) =>
      months === null ? null : toDays(addMonths(toCivil(date.days), months)),
    )
  },
  month_start_date: (node, item, context) =>
    moved(node.date_expression, [item, context], (date) => toDays({ ...toCivil(date.days), day: 1 })),
  month_end_date: (node, item, context) =>
    moved(node.date_expression, [item, context], (date) => {
      const civil = toCivil(date.days)
      return toDays({ ...civil, day: daysInMonth(civil.year, civil.month) })
    }),
  diff_days: (node, item, context) => {
    const from = toDate(context.evaluate(node.from_date_expression, item, context))
    const to = toDate(context.evaluate(node.to_date_expression, item, context))
    return from === null || to === null ? null : to.days - from.days
  },
  ethiopian_date_to_gregorian_date: (node, item, context) =>
    fromEthiopian(context.evaluate(node.date_expression, item, context)),
  gregorian_date_to_ethiopian_date: (node, item, context) =>
    toEthiopian(context.evaluate(node.date_expression, item, context)),
}
