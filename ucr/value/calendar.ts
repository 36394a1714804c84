/** The Gregorian calendar as arithmetic on day numbers; no clock and no time zone. */
export const MICROS_A_DAY = 86_400_000_000

export interface CivilDay {
  readonly year: number
  readonly month: number
  readonly day: number
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** The day number (0 = 1970-01-01) of a day of the calendar. The year is counted from March, so that leap days come last. */
export function toDays({ year, month, day }: CivilDay): number {
  const y = month <= 2 ? year - 1 : year
  const monthFromMarch = (month + 9) % 12
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

export function toCivil(days: number): CivilDay {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

export function isCivilDay({ year, month, day }: CivilDay): boolean {
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

/** The day `months` calendar months later; a day that the month lacks becomes its last one. */
export function addMonths({ year, month, day }: CivilDay, months: number): CivilDay {
  const index = year * 12 + (month - 1) + months
  const later = { year: Math.floor(index / 12), month: (((index % 12) + 12) % 12) + 1 }
  return { ...later, day: Math.min(day, daysInMonth(later.year, later.month)) }
}

/** 0 = Monday. */
export function weekday(days: number): number {
  return (((days + 3) % 7) + 7) % 7
}

export const pad = (value: number, width: number): string => String(value).padStart(width, '0')

export function formatDay(days: number): string {
  const { year, month, day } = toCivil(days)
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** `HH:MM:SS`, with six digits of fraction unless they are zero. */
export function formatTime(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000)
  const fraction = micros % 1_000_000
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return clock.map((part) => pad(part, 2)).join(':') + (fraction === 0 ? '' : `.${pad(fraction, 6)}`)
}
