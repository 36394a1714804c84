/** One mobile worker: does one thing after the other, and goes on only when the last is acknowledged. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../demo/random.ts'
import { createBook, type OwnCase, type OwnForm } from './book.ts'
import { toFormXml } from './form-xml.ts'
import { createReading } from './reading.ts'
import type { CaseChange, ClientRecord, Values } from './record.ts'
import { createSender, GaveUp } from './send.ts'

export interface ClientOptions {
  readonly url: string
  readonly seed: number
  /** Letters and digits: it stands in the name of a property too. */
  readonly clientId: string
  readonly domain: string
  readonly worker: { readonly userId: string; readonly username: string; readonly authorization: string }
  readonly operatorAuthorization: string
  /** A case that every client of the domain changes. */
  readonly sharedCaseId: string
  readonly longestPauseMs: number
  /** Aborted: nothing new is begun. */
  readonly ending: AbortSignal
  /** Aborted: what is not acknowledged by now never will be. */
  readonly givingUp: AbortSignal
}

export interface Client {
  /** Works until `ending`; returns when the last thing is acknowledged, or given up. */
  run(): Promise<void>
  /** A new case, for whoever wants to see it arrive; not beside `run`. @returns the form's id, undefined when given up */
  createOne(): Promise<string | undefined>
  record(): ClientRecord
  close(): Promise<void>
}

const XMLNS = 'http://openrosa.org/formdesigner/kill-visit'
/** A case that has been changed so often is closed, and another begun. */
const LONGEST_CASE = 25
const MOST_OPEN_CASES = 8
const MOST_VERSIONS = 4

export function createClient(options: ClientOptions): Client {
  const { url, clientId, domain, worker, ending, givingUp, sharedCaseId } = options
  const random = createRandom(options.seed * 7_919 + hashOf(clientId))
  const book = createBook(options)
  const sender = createSender({ url, clientId, givingUp })
  const reading = createReading({
    domain,
    authorization: worker.authorization,
    sender,
    book,
    sharedCaseId,
    clientId,
  })
  const unanswered: string[] = []
  let cases = 0
  let sharedStep = 0

  const toValues = (step: number): Values => ({
    step: String(step),
    amount: String(random.int(0, 1_000)),
    [`p${random.int(0, 4)}`]: String(random.int(0, 9_999)),
  })

  /** Sends a form until it is acknowledged: a new one, an edit of it, or the same once more. */
  async function submit(form: OwnForm, changes: readonly CaseChange[]): Promise<void> {
    const { userId, username } = worker
    const at = new Date().toISOString()
    const wording = form.versions.length
    const xml = toFormXml({ formId: form.formId, xmlns: XMLNS, userId, username, at, changes, wording })
    book.keep(form, xml, changes, await post(xml))
  }

  async function post(xml: string): Promise<number> {
    const path = `/a/${domain}/receiver/secure/kill/`
    const headers = {
      'content-type': 'text/xml',
      'x-openrosa-version': '3.0',
      authorization: worker.authorization,
    }
    const isAcknowledgement = ({ status, text }: { status: number; text: string }): boolean => {
      if (status < 200 || status > 299) return false
      if (status !== 201 || !text.includes('submit_success'))
        sender.complain(`a form was answered ${status}`, text)
      return true
    }
    return (await sender.deliver({ method: 'POST', path, headers, body: xml }, isAcknowledgement)).attempts
  }

  async function createCase(): Promise<OwnForm> {
    const form = book.begin(true)
    cases += 1
    const caseId = book.toId('case', cases)
    await submit(form, [{ caseId, isCreate: true, isClose: false, values: toValues(1) }])
    book.openCases.push({ caseId, forms: [form], step: 1 })
    return form
  }

  function toChange(one: OwnCase): CaseChange {
    const isClose = one.forms.length >= LONGEST_CASE
    return { caseId: one.caseId, isCreate: false, isClose, values: toValues(one.step + 1) }
  }

  async function updateCases(): Promise<void> {
    const [first, second] = shuffled(book.openCases)
    if (first === undefined) return void (await createCase())
    const touched = second !== undefined && random.chance(0.2) ? [first, second] : [first]
    const form = book.begin(false)
    const changes = touched.map(toChange)
    await submit(form, changes)
    for (const [n, one] of touched.entries()) {
      one.step += 1
      one.forms.push(form)
      if (changes[n]?.isClose === true) book.openCases.splice(book.openCases.indexOf(one), 1)
    }
  }

  async function updateShared(): Promise<void> {
    const form = book.begin(false)
    sharedStep += 1
    const values = { [`by_${clientId}`]: String(sharedStep) }
    await submit(form, [{ caseId: sharedCaseId, isCreate: false, isClose: false, values }])
  }

  /** Other values under the same id; a property of the old wording may be gone from the new one. */
  async function edit(): Promise<void> {
    const form = chosen((one) => !one.isArchived && one.versions.length < MOST_VERSIONS)
    const changes = form?.versions.at(-1)?.changes
    if (form === undefined || changes === undefined) return
    await submit(
      form,
      changes.map((change) => {
        const step = change.values['step']
        return { ...change, values: step === undefined ? change.values : { ...toValues(0), step } }
      }),
    )
  }

  /** As when the acknowledgement had been lost on the way. */
  async function sendAgain(): Promise<void> {
    const form = chosen((one) => !one.isArchived)
    if (form === undefined || form.xml === null) return
    form.attempts += await post(form.xml)
    form.acknowledged += 1
  }

  async function archive(operation: 'archive' | 'unarchive'): Promise<void> {
    const isArchive = operation === 'archive'
    const form = chosen((one) => !one.isCreating && one.isArchived !== isArchive)
    if (form === undefined) return
    const path = `/a/${domain}/api/v1/forms/${form.formId}/${operation}`
    const headers = { authorization: options.operatorAuthorization }
    await sender.deliver({ method: 'POST', path, headers }, ({ status }) => status === 200)
    form.isArchived = isArchive
  }

  const chosen = (isRight: (form: OwnForm) => boolean): OwnForm | undefined => {
    const found = book.recent().filter(isRight)
    return found.length === 0 ? undefined : random.pick(found)
  }
  const shuffled = <T>(items: readonly T[]): readonly T[] => {
    const start = items.length === 0 ? 0 : random.int(0, items.length - 1)
    return [...items.slice(start), ...items.slice(0, start)]
  }

  async function step(): Promise<unknown> {
    const choice = random.next()
    if (book.openCases.length < 2 || (choice < 0.14 && book.openCases.length < MOST_OPEN_CASES))
      return createCase()
    if (choice < 0.55) return updateCases()
    if (choice < 0.65) return updateShared()
    if (choice < 0.73) return edit()
    if (choice < 0.78) return sendAgain()
    if (choice < 0.83) return archive('archive')
    if (choice < 0.88) return archive('unarchive')
    return reading.read(random)
  }

  async function orGiveUp<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof GaveUp)) throw error
      unanswered.push(`after form ${book.forms.length} of ${clientId}`)
      return undefined
    }
  }

  return {
    run: async () => {
      await orGiveUp(async () => {
        while (!ending.aborted) {
          await step()
          await sleep(random.int(0, options.longestPauseMs))
        }
      })
    },
    createOne: async () => (await orGiveUp(createCase))?.formId,
    record: () => ({
      clientId,
      domain,
      forms: book.toRecords(),
      unanswered,
      complaints: sender.complaints,
      answers: sender.answers,
    }),
    close: () => sender.close(),
  }
}

const hashOf = (text: string): number => [...text].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7)
