/** One text of several languages: the reader's, else English, else the first by its code. */
import { compareText } from '../value/compare.ts'
import type { Localized } from '../tree/transform.ts'

export function localize(display: Localized, language: string): string | null {
  if (typeof display === 'string') return display
  const own = (code: string | undefined): string | undefined =>
    code !== undefined && Object.hasOwn(display, code) ? display[code] : undefined
  const [first] = Object.keys(display).sort(compareText)
  return own(language) || own('en') || (own(first) ?? null)
}
