/** Workers active and idle, as a ring with the share in its middle. Pure. */
import type { EChartsCoreOption } from 'echarts/core'
import { formatNumber, formatPercent } from '#lib/format.ts'
import type { Palette } from '#lib/charts/palette.ts'

export function activeIdleOption(
  workers: { active: number; idle: number },
  palette: Palette,
): EChartsCoreOption {
  const all = workers.active + workers.idle
  const share = all === 0 ? null : Math.round((workers.active / all) * 100)
  return {
    tooltip: { trigger: 'item', formatter: '{b}: {c}' },
    title: {
      text: formatPercent(share),
      subtext: 'active',
      left: 'center',
      top: '33%',
      itemGap: 0,
      textStyle: {
        color: palette.ink,
        fontSize: 26,
        lineHeight: 32,
        fontWeight: 650,
        fontFamily: palette.font,
      },
      subtextStyle: { color: palette.ink3, fontSize: 12 },
    },
    legend: {
      bottom: 0,
      icon: 'circle',
      itemWidth: 10,
      itemHeight: 10,
      selectedMode: false,
      textStyle: { color: palette.ink2 },
      formatter: (name: string) =>
        `${name} ${formatNumber(name === 'Active' ? workers.active : workers.idle)}`,
    },
    series: [
      {
        type: 'pie',
        radius: ['58%', '80%'],
        center: ['50%', '43%'],
        startAngle: 90,
        label: { show: false },
        emphasis: { scale: false },
        itemStyle: { borderColor: palette.surface, borderWidth: 2 },
        data: [
          { name: 'Active', value: workers.active, itemStyle: { color: palette.first } },
          { name: 'Idle', value: workers.idle, itemStyle: { color: palette.third } },
        ],
      },
    ],
  }
}
