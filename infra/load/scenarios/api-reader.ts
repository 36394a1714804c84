import type { Exchange, LoadAnswer, LoadContext, Scenario } from './port.ts'
import { parseAnswer, toReading } from './reading.ts'

const PAGES = 3
const PAGE_SIZE = 50

/** `?…` of the page after this one; null on the last. */
function findNextQuery({ body }: LoadAnswer): string | null {
  const meta = parseAnswer(body)?.['meta']
  const next = typeof meta === 'object' && meta !== null && 'next' in meta ? meta.next : null
  return typeof next === 'string' && next.includes('?') ? next.slice(next.indexOf('?')) : null
}

function readPages(
  context: LoadContext,
  what: {
    readonly name: string
    readonly path: string
    readonly query: string
    readonly after: () => Exchange | null
  },
  pages: number,
): Exchange {
  const { name, path, query, after } = what
  const next = (answer: LoadAnswer): Exchange | null => {
    const nextQuery = pages > 1 ? findNextQuery(answer) : null
    return nextQuery === null ? after() : readPages(context, { ...what, query: nextQuery }, pages - 1)
  }
  return toReading(context, { name, path: `${path}${query}`, holds: 'objects', next })
}

/** A program that copies the newest forms and cases, three pages of each, by the links that the answers give. */
export const apiReader: Scenario = {
  name: 'api-reader',
  summary: 'a program that copies forms and cases, three pages of each',
  begin: (context) => {
    const base = `/a/${context.domain}/api/v0.5`
    const cases = (): Exchange =>
      readPages(
        context,
        {
          name: 'cases',
          path: `${base}/case/`,
          query: `?limit=${PAGE_SIZE}&order_by=-indexed_on`,
          after: () => null,
        },
        PAGES,
      )
    return readPages(
      context,
      {
        name: 'forms',
        path: `${base}/form/`,
        query: `?limit=${PAGE_SIZE}&order_by=-indexed_on`,
        after: cases,
      },
      PAGES,
    )
  },
}
