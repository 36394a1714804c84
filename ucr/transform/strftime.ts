/** Dates written by a pattern: the directives of C's `strftime` that do not depend on a locale but for English names. */
import { pad, toCivil, toDays, weekday } from '../value/calendar.ts'

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const

/** `January` for 1; "" for what is no month. */
export const monthName = (month: number): string => MONTHS[month - 1] ?? ''

interface Moment {
  readonly days: number
  readonly micros: number
}

/** The ISO year and week of a day: weeks begin on Monday, the first holds 4 January. */
function isoWeek(days: number): readonly [number, number] {
  const thursday = days - weekday(days) + 3
  const { year } = toCivil(thursday)
  return [year, Math.floor((thursday - toDays({ year, month: 1, day: 1 })) / 7) + 1]
}

function directive(letter: string, { days, micros }: Moment): string | undefined {
  const { year, month, day } = toCivil(days)
  const second = Math.floor(micros / 1_000_000)
  const [hour, minute] = [Math.floor(second / 3600), Math.floor(second / 60) % 60]
  const dayOfYear = days - toDays({ year, month: 1, day: 1 })
  const dayOfWeek = weekday(days)
  const known: Readonly<Record<string, () => string>> = {
    Y: () => pad(year, 4),
    y: () => pad(year % 100, 2),
    m: () => pad(month, 2),
    d: () => pad(day, 2),
    e: () => String(day).padStart(2, ' '),
    H: () => pad(hour, 2),
    I: () => pad(hour % 12 === 0 ? 12 : hour % 12, 2),
    M: () => pad(minute, 2),
    S: () => pad(second % 60, 2),
    f: () => pad(micros % 1_000_000, 6),
    p: () => (hour < 12 ? 'AM' : 'PM'),
    B: () => monthName(month),
    b: () => monthName(month).slice(0, 3),
    h: () => monthName(month).slice(0, 3),
    A: () => DAYS[dayOfWeek] ?? '',
    a: () => (DAYS[dayOfWeek] ?? '').slice(0, 3),
    j: () => pad(dayOfYear + 1, 3),
    w: () => String((dayOfWeek + 1) % 7),
    u: () => String(dayOfWeek + 1),
    U: () => pad(Math.floor((dayOfYear + 7 - ((dayOfWeek + 1) % 7)) / 7), 2),
    W: () => pad(Math.floor((dayOfYear + 7 - dayOfWeek) / 7), 2),
    G: () => String(isoWeek(days)[0]),
    V: () => pad(isoWeek(days)[1], 2),
    C: () => pad(Math.floor(year / 100), 2),
    F: () => `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`,
    D: () => `${pad(month, 2)}/${pad(day, 2)}/${pad(year % 100, 2)}`,
    x: () => `${pad(month, 2)}/${pad(day, 2)}/${pad(year % 100, 2)}`,
    T: () => [hour, minute, second % 60].map((part) => pad(part, 2)).join(':'),
    X: () => [hour, minute, second % 60].map((part) => pad(part, 2)).join(':'),
    R: () => [hour, minute].map((part) => pad(part, 2)).join(':'),
    '%': () => '%',
  }
  return known[letter]?.()
}

/** An unknown directive stays as it is written; a hyphen (`%-d`) leaves the zeros in front out. */
export function strftime(pattern: string, moment: Moment): string {
  return pattern.replace(/%(-?)([A-Za-z%])/g, (whole, hyphen: string, letter: string) => {
    const text = directive(letter, moment)
    if (text === undefined) return whole
    return hyphen === '' ? text : text.replace(/^[0 ]+(?=.)/, '')
  })
}
