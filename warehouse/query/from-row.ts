/** How values of the warehouse are shown. Pure and total. */

/** `2024-03-01 08:00:00.000000` → `2024-03-01T08:00:00.000000Z`. */
export function toIsoInstant(printed: string): string {
  return `${printed.replace(' ', 'T')}Z`
}

export function emptyToNull(value: string): string | null {
  return value === '' ? null : value
}

const STATE_NAMES: readonly (readonly [number, string])[] = [
  [64, 'deleted'],
  [1, 'normal'],
  [2, 'archived'],
  [4, 'deprecated'],
  [8, 'duplicate'],
  [16, 'error'],
  [32, 'submission_error_log'],
]

/** Bits of a form's state → its name. Source: reference §1.7. */
export function toStateName(state: number): string {
  return STATE_NAMES.find(([bit]) => (state & bit) !== 0)?.[1] ?? 'normal'
}
