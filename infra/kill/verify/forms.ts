/** Forms as Postgres holds them against what the clients know. Pure. */
import { FORM_STATE } from '#ingest/contract.ts'
import { currentOf, type FormRecord } from '../clients/record.ts'
import type { Finding } from './finding.ts'

export interface StoredForm {
  readonly domain: string
  readonly form_id: string
  readonly state: number
  readonly md5: string
  readonly orig_id: string | null
  readonly version: number
}

const finding = (kind: Finding['kind'], id: string, detail: string): Finding => ({
  kind,
  place: 'postgres',
  id,
  detail,
})

/**
 * Every acknowledged form once, in its last wording and state; every earlier wording kept once; copies only where a form was sent
 * again; nothing that nobody sent. Error forms stand for no visit: they are what the platform kept of a try that it refused.
 */
export function verifyForms(
  records: readonly FormRecord[],
  stored: readonly StoredForm[],
): readonly Finding[] {
  const known = new Map(records.map((record) => [record.formId, record]))
  const originals = new Map<string, StoredForm[]>()
  const copies = new Map<string, StoredForm[]>()
  const strangers: Finding[] = []
  for (const form of stored) {
    const isOwn = known.has(form.form_id)
    const of = form.orig_id ?? ''
    if (isOwn) push(originals, form.form_id, form)
    else if (form.state === FORM_STATE.error || form.state === FORM_STATE.submissionErrorLog) continue
    else if (known.has(of)) push(copies, of, form)
    else strangers.push(finding('stranger', form.form_id, `state ${form.state}`))
  }
  const own = records.flatMap((record) => [
    ...verifyOriginal(record, originals.get(record.formId) ?? []),
    ...verifyCopies(record, copies.get(record.formId) ?? []),
  ])
  return [...own, ...strangers]
}

function verifyOriginal(record: FormRecord, rows: readonly StoredForm[]): readonly Finding[] {
  const [row, ...more] = rows
  if (row === undefined) return [finding('lost', record.formId, `acknowledged ${record.acknowledged} times`)]
  const findings: Finding[] = []
  if (more.length > 0) findings.push(finding('double', record.formId, `${rows.length} rows`))
  const state = record.isArchived ? FORM_STATE.archived : FORM_STATE.normal
  if (row.state !== state) findings.push(finding('state', record.formId, `state ${row.state}, not ${state}`))
  if (row.domain !== record.domain) findings.push(finding('state', record.formId, 'in another domain'))
  if (row.md5 !== currentOf(record).md5)
    findings.push(finding('state', record.formId, 'not the last wording'))
  return findings
}

function verifyCopies(record: FormRecord, rows: readonly StoredForm[]): readonly Finding[] {
  const findings: Finding[] = []
  const deprecated = rows.filter(({ state }) => state === FORM_STATE.deprecated).map(({ md5 }) => md5)
  const earlier = record.versions.slice(0, -1).map(({ md5 }) => md5)
  for (const md5 of earlier) {
    if (!deprecated.includes(md5))
      findings.push(finding('lost', record.formId, 'an earlier wording is not kept'))
  }
  if (deprecated.length > earlier.length) {
    findings.push(
      finding('double', record.formId, `${deprecated.length} earlier wordings, not ${earlier.length}`),
    )
  }
  const duplicates = rows.filter(({ state }) => state === FORM_STATE.duplicate).length
  // Each request that was kept beyond the first of its wording is a copy; of those cut off nobody knows.
  const [least, most] = [
    record.acknowledged - record.versions.length,
    record.attempts - record.versions.length,
  ]
  if (duplicates < least)
    findings.push(finding('lost', record.formId, `${duplicates} copies, at least ${least} acknowledged`))
  if (duplicates > most)
    findings.push(finding('double', record.formId, `${duplicates} copies, ${most} sent again`))
  const others = rows.length - deprecated.length - duplicates
  if (others > 0) findings.push(finding('double', record.formId, `${others} copies of another state`))
  return findings
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key) ?? []
  list.push(item)
  map.set(key, list)
}
