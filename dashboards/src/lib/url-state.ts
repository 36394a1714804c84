/** The URL is the state of a report; these functions read it and write the next one. Pure. */

export type ParamChanges = Readonly<Record<string, string | number | readonly string[] | null | undefined>>

/** A query string from values; null, undefined, '' and empty lists are left out. Starts with `?`, or is ''. */
export function toQuery(params: ParamChanges): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) append(query, name, value)
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

function append(query: URLSearchParams, name: string, value: ParamChanges[string]): void {
  if (value === null || value === undefined || value === '') return
  if (typeof value === 'string' || typeof value === 'number') query.append(name, String(value))
  else for (const item of value) query.append(name, item)
}

interface Place {
  readonly pathname: string
  readonly search: string
}

/** The address of the same page with some parameters changed (null removes one); the others keep their order. */
export function hrefWith(place: Place, changes: ParamChanges): string {
  const query = new URLSearchParams(place.search)
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name)
    append(query, name, value)
  }
  const text = query.toString()
  return text === '' ? place.pathname : `${place.pathname}?${text}`
}

/** The parameters of a URL that a filter form does not hold itself, to be kept as hidden fields. */
export function otherParams(search: string, own: readonly string[]): [string, string][] {
  return [...new URLSearchParams(search)].filter(([name]) => !own.includes(name) && !name.startsWith('/'))
}

/** A local path to go to after signing in; anything that could lead to another site becomes `/`. */
export function safeNext(next: string | null): string {
  if (next === null || !/^\/(?![/\\])[\x20-\x5b\x5d-\uffff]*$/.test(next)) return '/'
  return next
}

/** A choice out of a closed list, or its default. */
export function oneOf<const T extends string>(value: string | null, choices: readonly T[], otherwise: T): T {
  return choices.find((choice) => choice === value) ?? otherwise
}
