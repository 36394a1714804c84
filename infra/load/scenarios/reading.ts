/** What the readers share: requests of JSON, signed in, one after the other. */
import type { Exchange, LoadAnswer, LoadContext } from './port.ts'

export interface Reading {
  readonly name: string
  readonly path: string
  /** A key that the answer has. */
  readonly holds: string
  readonly next?: (answer: LoadAnswer) => Exchange | null
}

/** @returns the answer as an object; null where it is none */
export function parseAnswer(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(body)
    // A record of unknown values is all that is claimed of an object.
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null
  } catch {
    return null
  }
}

export function toReading({ authorization }: LoadContext, { name, path, holds, next }: Reading): Exchange {
  const headers = { accept: 'application/json', ...(authorization === null ? {} : { authorization }) }
  return {
    request: { name, method: 'GET', path, headers },
    check: ({ status, body }) => {
      if (status !== 200) return `status ${status} in place of 200`
      return holds in (parseAnswer(body) ?? {}) ? null : `no ${holds} in the answer`
    },
    ...(next ? { next } : {}),
  }
}

/** Asks one after the other. @throws when there is none */
export function inTurn(context: LoadContext, [first, ...rest]: readonly Reading[]): Exchange {
  if (first === undefined) throw new RangeError('nothing to read')
  return toReading(context, rest.length === 0 ? first : { ...first, next: () => inTurn(context, rest) })
}
