/** Forms per day above, active workers below, over the same days. Pure. */
import type { EChartsCoreOption } from 'echarts/core'
import { formatDayShort, formatNumber, formatWeekday } from '#lib/format.ts'
import type { Palette } from './palette.ts'

export interface DayRow {
  readonly day: string
  readonly forms: number
  readonly active_workers: number
}

/** @param rows one for each day of the range, oldest first, also the empty days */
export function formsPerDayOption(rows: readonly DayRow[], palette: Palette): EChartsCoreOption {
  const days = rows.map((row) => row.day)
  const axis = (gridIndex: number, label: boolean): Record<string, unknown> => ({
    type: 'category',
    gridIndex,
    data: days,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: palette.line } },
    axisLabel: { show: label, color: palette.ink3, formatter: formatDayShort, hideOverlap: true },
  })
  const values = (gridIndex: number, name: string): Record<string, unknown> => ({
    type: 'value',
    gridIndex,
    name,
    minInterval: 1,
    splitNumber: gridIndex === 0 ? 4 : 2,
    nameTextStyle: { color: palette.ink3, align: 'left', padding: [0, 0, 0, -28] },
    axisLabel: { color: palette.ink3, formatter: formatNumber },
    splitLine: { lineStyle: { color: palette.line } },
  })
  return {
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'line', lineStyle: { color: palette.ink3 } },
      formatter: tooltipText,
    },
    grid: [
      { left: 44, right: 12, top: 28, bottom: 116 },
      { left: 44, right: 12, bottom: 26, height: 56 },
    ],
    xAxis: [axis(0, false), axis(1, true)],
    yAxis: [values(0, 'Forms'), values(1, 'Active workers')],
    series: [
      {
        name: 'Forms',
        type: 'bar',
        data: rows.map((row) => row.forms),
        barMaxWidth: 22,
        itemStyle: { color: palette.first, borderRadius: [3, 3, 0, 0] },
      },
      {
        name: 'Active workers',
        type: 'line',
        xAxisIndex: 1,
        yAxisIndex: 1,
        data: rows.map((row) => row.active_workers),
        symbol: 'circle',
        symbolSize: 5,
        showSymbol: rows.length <= 31,
        lineStyle: { color: palette.second, width: 2 },
        itemStyle: { color: palette.second },
      },
    ],
  }
}

interface TooltipItem {
  readonly axisValue: string
  readonly seriesName: string
  readonly value: number
}

/** `Fri 1 Mar` and a line for each series. */
export function tooltipText(items: readonly TooltipItem[]): string {
  const [first] = items
  if (!first) return ''
  const lines = items.map((item) => `${item.seriesName}: ${formatNumber(item.value)}`)
  return [formatWeekday(first.axisValue), ...lines].join('\n')
}
