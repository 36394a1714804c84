/** Forms by weekday and hour: a heat map and its table. Pure. Weekdays are 1 (Monday) to 7, hours 0 to 23, both local. */
import type { EChartsCoreOption } from 'echarts/core'
import { countOf } from '#lib/format.ts'
import type { Palette } from '#lib/charts/palette.ts'

export interface HourCell {
  readonly weekday: number
  readonly hour: number
  readonly forms: number
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)

const hourText = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

/** All 168 cells: what is not among the rows is 0. */
export function hourGrid(cells: readonly HourCell[]): number[][] {
  const grid = WEEKDAYS.map(() => HOURS.map(() => 0))
  for (const cell of cells) {
    const day = grid[cell.weekday - 1]
    if (day && cell.hour in day) day[cell.hour] = cell.forms
  }
  return grid
}

export function hoursOption(cells: readonly HourCell[], palette: Palette): EChartsCoreOption {
  const grid = hourGrid(cells)
  const most = Math.max(1, ...grid.flat())
  const data = grid.flatMap((day, weekday) => day.map((forms, hour) => [hour, weekday, forms]))
  const axis = {
    type: 'category',
    axisLine: { show: false },
    axisTick: { show: false },
    splitArea: { show: false },
  }
  return {
    tooltip: { trigger: 'item', formatter: cellText },
    grid: { left: 40, right: 8, top: 8, bottom: 52 },
    xAxis: {
      ...axis,
      data: HOURS.map(hourText),
      axisLabel: { color: palette.ink3, interval: 2, hideOverlap: true },
    },
    yAxis: { ...axis, data: [...WEEKDAYS], inverse: true, axisLabel: { color: palette.ink3 } },
    visualMap: {
      min: 0,
      max: most,
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemWidth: 10,
      itemHeight: 120,
      text: [countOf(most, 'form'), '0'],
      textStyle: { color: palette.ink3 },
      inRange: { color: [palette.heat0, palette.heat1, palette.heat2, palette.heat3, palette.heat4] },
    },
    series: [
      { type: 'heatmap', data, itemStyle: { borderColor: palette.surface, borderWidth: 2, borderRadius: 3 } },
    ],
  }
}

/** `Mon 08:00–09:00: 12 forms`. */
export function cellText(item: { readonly value: readonly number[] }): string {
  const [hour = 0, weekday = 0, forms = 0] = item.value
  return `${WEEKDAYS[weekday] ?? ''} ${hourText(hour)}–${hourText((hour + 1) % 24)}: ${countOf(forms, 'form')}`
}

/** Hours down, weekdays across. */
export function hoursTable(cells: readonly HourCell[]): { columns: string[]; rows: (string | number)[][] } {
  const grid = hourGrid(cells)
  return {
    columns: ['Hour', ...WEEKDAYS],
    rows: HOURS.map((hour) => [hourText(hour), ...grid.map((day) => day[hour] ?? 0)]),
  }
}
