/** A case as the REST API shows it. Source: reference §10.4. */
import { z } from 'zod'
import { CaseSnapshot } from '#ingest/contract.ts'

export const CaseObject = z.looseObject({
  id: z.string(),
  case_id: z.string(),
  domain: z.string(),
  user_id: z.string(),
  date_modified: z.string(),
  server_date_modified: z.string(),
  server_date_opened: z.string().nullable(),
  indexed_on: z.string(),
  closed: z.boolean(),
  date_closed: z.string().nullable(),
  opened_by: z.string().nullable(),
  closed_by: z.string().nullable(),
  xform_ids: z.array(z.string()),
  properties: z.record(z.string(), z.string().nullable()),
  indices: z.record(
    z.string(),
    z.object({ case_id: z.string(), case_type: z.string(), relationship: z.string() }),
  ),
  case_attachments: z.record(
    z.string(),
    z.object({ content_type: z.string().nullable(), length: z.number().nullable(), url: z.string() }),
  ),
  resource_uri: z.string(),
})
export type CaseObject = z.infer<typeof CaseObject>

/** @param formIds oldest first. */
export function toCaseObject(
  domain: string,
  { document, indexed_on }: { document: string; indexed_on: string },
  { formIds, origin }: { formIds: readonly string[]; origin: string },
): CaseObject {
  const snapshot = CaseSnapshot.parse(JSON.parse(document))
  const base = `${origin}/a/${domain}/api/case/attachment/${encodeURIComponent(snapshot.case_id)}`
  return {
    id: snapshot.case_id,
    case_id: snapshot.case_id,
    domain,
    user_id: snapshot.modified_by,
    date_modified: snapshot.modified_at,
    server_date_modified: snapshot.server_modified_at,
    server_date_opened: snapshot.opened_at,
    indexed_on,
    closed: snapshot.closed,
    date_closed: snapshot.closed_at,
    opened_by: snapshot.opened_by,
    closed_by: snapshot.closed_by,
    xform_ids: [...formIds],
    properties: {
      ...snapshot.properties,
      case_type: snapshot.type,
      case_name: snapshot.name,
      owner_id: snapshot.owner_id,
      external_id: snapshot.external_id,
      date_opened: snapshot.opened_at,
    },
    indices: Object.fromEntries(
      snapshot.indices.map(({ identifier, referenced_id, referenced_type, relationship }) => [
        identifier,
        { case_id: referenced_id, case_type: referenced_type, relationship },
      ]),
    ),
    case_attachments: Object.fromEntries(
      snapshot.attachments.map(({ name, content_type, size_bytes }) => [
        name,
        { content_type, length: size_bytes, url: `${base}/${encodeURIComponent(name)}` },
      ]),
    ),
    resource_uri: `/a/${domain}/api/v0.5/case/${encodeURIComponent(snapshot.case_id)}/`,
  }
}
