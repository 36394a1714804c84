/** A form as the REST API shows it. Source: reference §10.3. */
import { z } from 'zod'
import { FORM_STATE, FormSnapshot } from '#ingest/contract.ts'

export const FormObject = z.looseObject({
  id: z.string(),
  domain: z.string(),
  form: z.record(z.string(), z.unknown()),
  type: z.string(),
  version: z.string(),
  uiversion: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  received_on: z.string(),
  edited_on: z.string().nullable(),
  server_modified_on: z.string(),
  indexed_on: z.string(),
  app_id: z.string().nullable(),
  build_id: z.string().nullable(),
  initial_processing_complete: z.boolean(),
  problem: z.string().nullable(),
  archived: z.boolean(),
  attachments: z.record(
    z.string(),
    z.object({ content_type: z.string(), length: z.number(), url: z.string() }),
  ),
  is_phone_submission: z.boolean(),
  edited_by_user_id: z.string().nullable(),
  submit_ip: z.string().nullable(),
  resource_uri: z.string(),
})
export type FormObject = z.infer<typeof FormObject>

function toText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** @param origin what addresses of attachments begin with: `https://host`. */
export function toFormObject(
  domain: string,
  { document, indexed_on }: { document: string; indexed_on: string },
  origin: string,
): FormObject {
  const form = FormSnapshot.parse(JSON.parse(document))
  const base = `${origin}/a/${domain}/api/form/attachment/${encodeURIComponent(form.form_id)}`
  const attachments = Object.entries(form.attachments).map(([name, { content_type, length }]) => [
    name,
    { content_type, length, url: `${base}/${encodeURIComponent(name)}` },
  ])
  return {
    id: form.form_id,
    domain,
    form: form.form,
    type: toText(form.form['#type']),
    version: toText(form.form['@version']),
    uiversion: toText(form.form['@uiVersion']),
    metadata: form.meta,
    received_on: form.received_at,
    edited_on: form.edited_at,
    server_modified_on: form.server_modified_at,
    indexed_on,
    app_id: form.app_id,
    build_id: form.build_id,
    initial_processing_complete: (form.state & FORM_STATE.error) === 0,
    problem: form.problem,
    archived: (form.state & FORM_STATE.archived) !== 0,
    attachments: Object.fromEntries(attachments),
    is_phone_submission: !form.is_api_submission,
    edited_by_user_id: form.edited_by_user_id,
    submit_ip: form.submit_ip,
    resource_uri: `/a/${domain}/api/v0.5/form/${encodeURIComponent(form.form_id)}/`,
  }
}
