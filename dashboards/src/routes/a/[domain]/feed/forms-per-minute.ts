/** Forms received, minute by minute. Pure. */
import type { EChartsCoreOption } from 'echarts/core'
import type { Pipeline } from '#api/contract.ts'
import type { Palette } from '#lib/charts/palette.ts'
import { formatClock, formatNumber } from '#lib/format.ts'

type Minutes = NonNullable<Pipeline['forms_per_minute']>

/** @param minutes oldest first; the last is still running, and drawn paler */
export function formsPerMinuteOption(
  minutes: Minutes,
  timezone: string,
  palette: Palette,
): EChartsCoreOption {
  return {
    tooltip: { trigger: 'axis', axisPointer: { type: 'line', lineStyle: { color: palette.ink3 } } },
    grid: { left: 44, right: 12, top: 28, bottom: 26 },
    xAxis: {
      type: 'category',
      data: minutes.map((one) => formatClock(one.minute, timezone)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.line } },
      axisLabel: { color: palette.ink3, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      name: 'Forms',
      minInterval: 1,
      splitNumber: 4,
      nameTextStyle: { color: palette.ink3, align: 'left', padding: [0, 0, 0, -28] },
      axisLabel: { color: palette.ink3, formatter: formatNumber },
      splitLine: { lineStyle: { color: palette.line } },
    },
    series: [
      {
        name: 'Forms',
        type: 'bar',
        barCategoryGap: '25%',
        data: minutes.map((one, index) => ({
          value: one.forms,
          itemStyle: { color: palette.first, opacity: index === minutes.length - 1 ? 0.45 : 1 },
        })),
      },
    ],
  }
}

/** Of the newest minute that is over. */
export function lastWholeMinute(minutes: Minutes): number {
  return minutes.at(-2)?.forms ?? 0
}

/** Seconds; null where nothing reads the stream. */
export function longestLag(consumers: Pipeline['consumers']): number | null {
  return consumers.length === 0 ? null : Math.max(...consumers.map((one) => one.lag_seconds))
}
