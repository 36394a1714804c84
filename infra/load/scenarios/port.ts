/**
 * What a scenario is: a plain function from "this iteration, now" to a request, a check of its answer, and what is asked
 * next. Nothing here or beside it imports from Node: the same files run in k6 and in our own generator.
 */

export interface LoadRequest {
  /** One of a few words; metrics are kept by it. */
  readonly name: string
  readonly method: 'GET' | 'POST'
  /** Path and query; the runner knows the host. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface LoadAnswer {
  readonly status: number
  readonly body: string
}

export interface Exchange {
  readonly request: LoadRequest
  /** The form that is kept once the answer is as it should be. */
  readonly formId?: string
  /** @returns what is wrong with the answer; null when nothing is. */
  readonly check: (answer: LoadAnswer) => string | null
  /** Asked after a good answer, in the same iteration; null when that was all. */
  readonly next?: (answer: LoadAnswer) => Exchange | null
}

export interface LoadContext {
  readonly domain: string
  /** The header, `ApiKey NAME:KEY`; null only where the receiver takes forms from anybody. */
  readonly authorization: string | null
  /** Two runs against one platform need two seeds, or the second sends the forms of the first. */
  readonly seed: number
  /** Which of several project spaces; below 4,096. */
  readonly stream: number
  /** From 0, within the project space. */
  readonly iteration: number
  readonly now: Date
}

export interface Scenario {
  readonly name: string
  readonly summary: string
  /** Pure: the same context gives the same exchange. */
  readonly begin: (context: LoadContext) => Exchange
}

/** What a runner needs to know to begin any iteration of a run. */
export interface LoadTarget {
  /** Project spaces, which take turns. */
  readonly domains: readonly string[]
  readonly authorization: string | null
  readonly seed: number
}

/** @param index of the iteration within the whole run, from 0 */
export function toContext(
  { domains, authorization, seed }: LoadTarget,
  index: number,
  now: Date,
): LoadContext {
  const stream = index % domains.length
  const domain = domains[stream]
  if (domain === undefined) throw new RangeError('a run needs at least one project space')
  return { domain, authorization, seed, stream, iteration: Math.floor(index / domains.length), now }
}
