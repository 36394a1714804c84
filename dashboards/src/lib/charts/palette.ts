/** The colours of a chart, read from the design tokens at the moment of drawing; option functions take them as data. */

const TOKENS = {
  ink: '--ink',
  ink2: '--ink-2',
  ink3: '--ink-3',
  line: '--line',
  surface: '--surface',
  first: '--chart-1',
  second: '--chart-2',
  third: '--chart-3',
  heat0: '--heat-0',
  heat1: '--heat-1',
  heat2: '--heat-2',
  heat3: '--heat-3',
  heat4: '--heat-4',
  font: '--sans',
} as const

export type Palette = Readonly<Record<keyof typeof TOKENS, string>>

/** Reads the tokens that hold for an element now. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element)
  const entries = Object.entries(TOKENS).map(([name, token]) => [name, style.getPropertyValue(token).trim()])
  // The entries are made from the keys of TOKENS.
  return Object.fromEntries(entries) as Palette
}

/** What all our charts share: type, tooltips drawn on the canvas (no inline styles), quiet axes. */
export function chartBase(palette: Palette): Readonly<Record<string, unknown>> {
  return {
    textStyle: { fontFamily: palette.font, color: palette.ink2, fontSize: 12 },
    animationDuration: 350,
    animationDurationUpdate: 500,
    tooltip: {
      renderMode: 'richText',
      confine: true,
      backgroundColor: palette.ink,
      borderWidth: 0,
      padding: [8, 10],
      textStyle: { color: palette.surface, fontFamily: palette.font, fontSize: 12 },
    },
  }
}
