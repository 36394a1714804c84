/** A client's notes while it works: its forms, its cases, and what it believes they hold. */
import { createHash } from 'node:crypto'
import { replay, type CaseChange, type FormRecord, type FormVersion, type Values } from './record.ts'

export interface OwnForm {
  readonly formId: string
  readonly number: number
  /** It makes a case; such a form is never archived. */
  readonly isCreating: boolean
  readonly versions: FormVersion[]
  attempts: number
  acknowledged: number
  isArchived: boolean
  /** As it was last acknowledged; null once it is too old to be touched again. */
  xml: string | null
}

export interface OwnCase {
  readonly caseId: string
  readonly forms: OwnForm[]
  step: number
}

/** Older forms are left alone, so that their texts need not be kept. */
const RECENT_FORMS = 12

export interface Book {
  readonly forms: readonly OwnForm[]
  readonly openCases: OwnCase[]
  /** An id that nobody else makes: the same for the same seed. */
  toId(kind: 'form' | 'case', number: number): string
  begin(isCreating: boolean): OwnForm
  /** Notes an acknowledged wording. */
  keep(form: OwnForm, xml: string, changes: readonly CaseChange[], attempts: number): void
  recent(): readonly OwnForm[]
  /** What the case holds as far as this client has changed it. */
  believe(caseId: string): { readonly values: Values; readonly isClosed: boolean }
  toRecords(): readonly FormRecord[]
}

export interface Owner {
  readonly seed: number
  readonly clientId: string
  readonly domain: string
}

export function createBook({ seed, clientId, domain }: Owner): Book {
  const forms: OwnForm[] = []
  const byCase = new Map<string, OwnForm[]>()
  const toId = (kind: string, number: number): string => {
    const h = createHash('sha256').update(`${seed}/${clientId}/${kind}/${number}`).digest('hex')
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`
  }
  const toRecord = (form: OwnForm): FormRecord => ({
    domain,
    clientId,
    formId: form.formId,
    number: form.number,
    versions: form.versions,
    attempts: form.attempts,
    acknowledged: form.acknowledged,
    isArchived: form.isArchived,
  })
  return {
    forms,
    openCases: [],
    toId,
    begin(isCreating) {
      const number = forms.length + 1
      const formId = toId('form', number)
      const form = {
        formId,
        number,
        isCreating,
        versions: [],
        attempts: 0,
        acknowledged: 0,
        isArchived: false,
        xml: null,
      }
      forms.push(form)
      return form
    },
    keep(form, xml, changes, attempts) {
      form.versions.push({ md5: createHash('md5').update(xml).digest('hex'), changes })
      form.attempts += attempts
      form.acknowledged += 1
      form.xml = xml
      const old = forms.at(-RECENT_FORMS - 1)
      if (old !== undefined) old.xml = null
      if (form.versions.length > 1) return
      for (const { caseId } of changes) byCase.set(caseId, [...(byCase.get(caseId) ?? []), form])
    },
    recent: () => forms.slice(-RECENT_FORMS).filter((form) => form.xml !== null),
    believe: (caseId) => replay((byCase.get(caseId) ?? []).map(toRecord), caseId),
    toRecords: () => forms.filter(({ versions }) => versions.length > 0).map(toRecord),
  }
}
