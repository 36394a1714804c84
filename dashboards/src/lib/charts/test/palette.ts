import type { Palette } from '../palette.ts'

/** Each colour is its own name, so that a test sees where one came from. */
export const PALETTE: Palette = {
  ink: 'ink',
  ink2: 'ink2',
  ink3: 'ink3',
  line: 'line',
  surface: 'surface',
  first: 'first',
  second: 'second',
  third: 'third',
  heat0: 'heat0',
  heat1: 'heat1',
  heat2: 'heat2',
  heat3: 'heat3',
  heat4: 'heat4',
  font: 'font',
}
