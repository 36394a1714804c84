/** All that is shown of one form. */
import type { FormSnapshot } from '#ingest/contract.ts'
import { toFormName } from '#ingest/index.ts'
import type { DomainRecord } from '#tenants/contract.ts'
import type { FormPage } from '../contract.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { readInstant } from '../server/freshness.ts'
import { readNames } from './names.ts'
import { toStateName } from './state-names.ts'

function toMetadata({ meta, app_id, build_id }: FormSnapshot): FormPage['metadata'] {
  const { geo_point: place = null, ...texts } = meta ?? {}
  const point = place === null ? null : `${place.latitude} ${place.longitude}`
  const all = { ...texts, geo_point: point, app_id, build_id }
  return Object.entries(all).flatMap(([name, value]) =>
    value === null ? [] : [{ name, value: String(value) }],
  )
}

function toAttachments(domain: string, form: FormSnapshot): FormPage['attachments'] {
  const base = `/a/${encodeURIComponent(domain)}/api/form/attachment/${encodeURIComponent(form.form_id)}`
  return Object.entries(form.attachments).map(([name, { content_type, length }]) => ({
    name,
    content_type,
    size_bytes: length,
    url: `${base}/${encodeURIComponent(name)}`,
  }))
}

/** Null when the domain has no such form. */
export async function readFormPage(
  { reads, tenants, postgres }: Pick<ApiDependencies, 'reads' | 'tenants' | 'postgres'>,
  { domain, timezone }: DomainRecord,
  formId: string,
): Promise<FormPage | null> {
  const as_of = await readInstant(postgres)
  const form = await reads.findForm(domain, formId)
  if (form === null) return null
  const [answers, cases, history, versions, nameOf] = await Promise.all([
    reads.formAnswers(domain, formId),
    reads.formCases(domain, formId),
    reads.formHistory(domain, formId),
    reads.formVersions(domain, formId),
    readNames(tenants, domain),
  ])
  return {
    as_of,
    timezone,
    form_id: form.form_id,
    form_name: toFormName(form.form, form.xmlns),
    xmlns: form.xmlns,
    state: toStateName(form.state),
    problem: form.problem,
    received_on: form.received_at,
    edited_on: form.edited_at,
    user_id: form.user_id,
    username: form.username ?? nameOf(form.user_id),
    metadata: toMetadata(form),
    answers,
    cases: cases.map((one) => ({ ...one, actions: [...one.actions], changes: [...one.changes] })),
    attachments: toAttachments(domain, form),
    history: history.map((entry) => ({ ...entry })),
    versions: versions
      .filter((version) => version.form_id !== form.form_id)
      .map(({ form_id, state, received_at }) => ({
        form_id,
        state: toStateName(state),
        received_on: received_at,
      })),
  }
}
