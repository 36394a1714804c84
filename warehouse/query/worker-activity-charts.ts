/** The charts beside Worker Activity: forms per day, active and idle workers, and the hours of the week. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import type { ReportScope } from '../contract.ts'
import { ask } from './ask.ts'
import { daysOf, readDayRange, type AskedDays } from './days.ts'
import { NORMAL_FORMS, normalFormsParams, parseEmw, userCondition } from './emw.ts'
import { chosenWorkers } from './worker-activity.ts'

const DayCount = z.object({ day: z.string(), forms: z.number(), active_workers: z.number() })
const HourCount = z.object({ weekday: z.number(), hour: z.number(), forms: z.number() })

export interface WorkerActivityChartsReport {
  readonly startdate: string
  readonly enddate: string
  /** One for each day of the range, also those without forms. */
  readonly forms_per_day: readonly z.infer<typeof DayCount>[]
  readonly workers: { readonly active: number; readonly idle: number }
  /** Weekday 1 Monday … 7 Sunday, hour 0–23, both local; cells above 0. */
  readonly hours: readonly z.infer<typeof HourCount>[]
}

/**
 * By `received_at`, in the scope's time zone.
 * @throws WAREHOUSE_RANGE_INVALID, WAREHOUSE_RANGE_TOO_LONG, WAREHOUSE_FILTER_INVALID, WAREHOUSE_TIMEZONE_UNKNOWN
 */
export async function workerActivityCharts(
  warehouse: WarehouseClient,
  scope: ReportScope,
  asked: AskedDays & { readonly emw: readonly string[] },
  now: Date,
): Promise<WorkerActivityChartsReport> {
  const range = readDayRange(asked, scope.timezone, now)
  const filter = parseEmw(asked.emw)
  const users = userCondition(filter, scope, 'user_id')
  const from = `from forms final where domain = {domain:String} and ${NORMAL_FORMS} and ${users.sql}
    and received_at >= {from:DateTime64(6, 'UTC')} and received_at < {to:DateTime64(6, 'UTC')}`
  const params = {
    domain: scope.domain,
    timezone: scope.timezone,
    from: range.from,
    to: range.to,
    ...normalFormsParams,
    ...users.params,
  }
  const [days, hours, active, workers] = await Promise.all([
    ask(warehouse, {
      sql: `select toString(toDate(received_at, {timezone:String})) as day, count() as forms,
        uniqExact(user_id) as active_workers ${from} group by day order by day`,
      params,
      row: DayCount,
    }),
    ask(warehouse, {
      sql: `select toDayOfWeek(toTimeZone(received_at, {timezone:String})) as weekday,
        toHour(toTimeZone(received_at, {timezone:String})) as hour, count() as forms
        ${from} group by weekday, hour order by weekday, hour`,
      params,
      row: HourCount,
    }),
    ask(warehouse, {
      sql: `select distinct user_id ${from} order by user_id`,
      params,
      row: z.object({ user_id: z.string() }),
    }),
    chosenWorkers(warehouse, scope, filter),
  ])
  const counted = new Map(days.map((day) => [day.day, day]))
  const activeIds = new Set(active.map((row) => row.user_id))
  return {
    startdate: range.startdate,
    enddate: range.enddate,
    forms_per_day: daysOf(range).map((day) => counted.get(day) ?? { day, forms: 0, active_workers: 0 }),
    workers: {
      active: activeIds.size,
      idle: workers.filter((worker) => !activeIds.has(worker.user_id)).length,
    },
    hours,
  }
}
