/** What a client looks at between its forms: it may be told that something is away, never something wrong. */
import { z } from 'zod'
import { CasePage } from '#api/contract.ts'
import type { Random } from '../../demo/random.ts'
import { OURS } from '../verify/cases.ts'
import type { Book } from './book.ts'
import type { Values } from './record.ts'
import type { Answer, Sender } from './send.ts'

export interface ReadingOptions {
  readonly domain: string
  readonly clientId: string
  readonly authorization: string
  readonly sender: Sender
  readonly book: Book
  readonly sharedCaseId: string
}

export interface Reading {
  read(random: Random): Promise<void>
}

const Report = z.looseObject({ as_of: z.string().nullable() })
const RestForm = z.looseObject({ id: z.string() })

export function createReading(options: ReadingOptions): Reading {
  const { domain, clientId, authorization, sender, book, sharedCaseId } = options
  const get = (path: string): Promise<Answer | undefined> =>
    sender.attempt({ method: 'GET', path: `/a/${domain}/api/${path}`, headers: { authorization } })

  /** @param allowed statuses beside 200 and those that say "later" */
  function open<T>(
    shape: z.ZodType<T>,
    path: string,
    answer: Answer | undefined,
    allowed: readonly number[],
  ): T | undefined {
    if (answer === undefined || answer.status === 429 || answer.status >= 500) return undefined
    if (allowed.includes(answer.status)) return undefined
    const parsed = answer.status === 200 ? shape.safeParse(parse(answer.text)) : undefined
    if (parsed?.success !== true)
      sender.complain(`reading ${path} was answered ${answer.status}`, answer.text)
    return parsed?.data
  }

  /** Straight from Postgres: what this client has had acknowledged must be there. */
  async function readCase(caseId: string, isOurs: RegExp): Promise<void> {
    const path = `v1/cases/${caseId}`
    const page = open(CasePage, 'a case', await get(path), [])
    if (page === undefined) return
    const found = page.properties.filter(({ property }) => isOurs.test(property))
    const shown = Object.fromEntries(found.map(({ property, value }) => [property, value]))
    const believed = book.believe(caseId).values
    if (print(shown) !== print(believed)) {
      sender.complain(`case ${caseId} is not as acknowledged`, `${print(shown)}, not ${print(believed)}`)
    }
  }

  return {
    async read(random) {
      const one = random.pick(book.openCases)
      const form = random.pick(book.forms)
      switch (random.int(0, 4)) {
        case 0:
          open(Report, 'a report', await get('v1/reports/worker_activity'), [])
          return
        case 1: {
          // From the warehouse, which may not have it yet.
          const shown = open(RestForm, 'a form', await get(`v0.5/form/${form.formId}/`), [404])
          if (shown !== undefined && shown.id !== form.formId) sender.complain('another form', shown.id)
          return
        }
        case 2:
          return readCase(sharedCaseId, new RegExp(`^by_${clientId}$`))
        default:
          return readCase(one.caseId, OURS)
      }
    },
  }
}

const print = (values: Values): string =>
  JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)))

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
