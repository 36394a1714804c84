/**
 * Reads the fields of an event one by one, for the price of a `typeof` each: the loader's hot path, where reading a whole
 * form with a schema would cost more than all the rest. What does not fit is thrown as `Misfit` and becomes a parked event.
 */

/** Caught where events are turned into rows; never leaves the loader. */
export class Misfit extends Error {
  constructor(path: string, expected: string) {
    super(`${path} is not ${expected}`)
    this.name = 'Misfit'
  }
}

export type Fields = Readonly<Record<string, unknown>>

export function object(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Misfit(path, 'an object')
  // A JSON object: every value is unknown until it is read below.
  return value as Fields
}

export function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new Misfit(name, 'a text')
  return value
}

/** Null, absent and "" are one in the warehouse. */
export function optionalText(fields: Fields, name: string): string {
  const value = fields[name]
  return value === null || value === undefined ? '' : text(fields, name)
}

export function texts(fields: Fields, name: string): readonly string[] {
  const value = fields[name]
  if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string')) {
    throw new Misfit(name, 'a list of texts')
  }
  return value
}

export function flag(fields: Fields, name: string): boolean {
  const value = fields[name]
  if (typeof value !== 'boolean') throw new Misfit(name, 'true or false')
  return value
}

/** A whole number from 0 to `max`. */
export function count(fields: Fields, name: string, max: number = Number.MAX_SAFE_INTEGER): number {
  const value = fields[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > max) {
    throw new Misfit(name, `a whole number from 0 to ${max}`)
  }
  return value
}
