/** Cases as Postgres holds them against what the clients know. Pure. */
import { currentOf, replay, type FormRecord, type Values } from '../clients/record.ts'
import type { Finding } from './finding.ts'

/** `form_ids`: those whose transactions count, in the order in which they apply. */
export interface StoredCase {
  readonly case_id: string
  readonly closed: boolean
  readonly properties: Values
  readonly form_ids: readonly string[]
}

/** Properties that the clients set; others are the platform's own. */
export const OURS = /^(step|amount|p\d|by_\w+)$/

const finding = (kind: Finding['kind'], id: string, detail: string): Finding => ({
  kind,
  place: 'postgres',
  id,
  detail,
})

/** Each case has the transactions of the forms that count, each once, each client's in its order, and holds what they add up to. */
export function verifyCases(
  records: readonly FormRecord[],
  stored: readonly StoredCase[],
): readonly Finding[] {
  const formsOf = new Map<string, FormRecord[]>()
  for (const record of records) {
    for (const { caseId } of currentOf(record).changes) {
      const forms = formsOf.get(caseId) ?? []
      forms.push(record)
      formsOf.set(caseId, forms)
    }
  }
  const storedBy = new Map(stored.map((row) => [row.case_id, row]))
  const strangers = stored
    .filter(({ case_id: id }) => !formsOf.has(id))
    .map(({ case_id: id }) => finding('stranger', id, 'a case that no form makes'))
  const known = [...formsOf].flatMap(([caseId, forms]) => {
    const row = storedBy.get(caseId)
    return row === undefined
      ? [finding('lost', caseId, `a case of ${forms.length} forms`)]
      : verifyCase(forms, row)
  })
  return [...known, ...strangers]
}

function verifyCase(forms: readonly FormRecord[], row: StoredCase): readonly Finding[] {
  const id = row.case_id
  const counted = new Map(forms.filter(({ isArchived }) => !isArchived).map((form) => [form.formId, form]))
  const seen = new Set(row.form_ids)
  const lost = [...counted.keys()].filter((formId) => !seen.has(formId))
  const extra = row.form_ids.filter((formId) => !counted.has(formId))
  const findings = [
    ...lost.map((formId) => finding('lost', id, `the change by form ${formId}`)),
    ...extra.map((formId) => finding('stranger', id, `a change by form ${formId}, which does not count`)),
  ]
  if (seen.size < row.form_ids.length) findings.push(finding('double', id, 'a form changed it twice'))
  const applied = row.form_ids.flatMap((formId) => counted.get(formId) ?? [])
  const isInOrder = [...Map.groupBy(applied, ({ clientId }) => clientId).values()].every((own) =>
    own.every((form, n) => n === 0 || (own[n - 1]?.number ?? 0) < form.number),
  )
  if (!isInOrder)
    findings.push(finding('order', id, `applied as ${applied.map(({ number }) => number).join(', ')}`))
  if (lost.length + extra.length === 0) findings.push(...verifyState(applied, row))
  return findings
}

function verifyState(applied: readonly FormRecord[], row: StoredCase): readonly Finding[] {
  const expected = replay(applied, row.case_id)
  const found = Object.entries(row.properties).filter(([name]) => OURS.test(name))
  const wrong = Object.entries(expected.values)
    .filter(([name, value]) => row.properties[name] !== value)
    .map(([name]) => name)
  const more = found.filter(([name]) => expected.values[name] === undefined).map(([name]) => name)
  const names = [...wrong, ...more]
  const findings = names.length === 0 ? [] : [finding('state', row.case_id, `properties ${names.join(', ')}`)]
  if (row.closed !== expected.isClosed)
    findings.push(finding('state', row.case_id, `closed is ${row.closed}`))
  return findings
}
