/** Forms of the demo programme as intake would have written them, a few with a photo, straight into the tables: faster than sending them. */
import { createHash, randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { createProgramme, renderForm, type Programme } from '#infra/demo/index.ts'
import type { Postgres } from '#infra/platform/index.ts'

export const DOMAIN = 'maternal-health'
/** Every twentieth form brings a photo of 20 kB. */
const PHOTO_EVERY = 20
const PHOTO_BYTES = 20_000
const ROWS = 500

type Submission = Programme['submissions'][number][number]

export interface FilledForm {
  readonly formId: string
  readonly xmlBytes: number
}

/** Never ends: programme after programme, each with other ids. */
function* submissions(): Generator<Submission, never> {
  for (let seed = 1; ; seed += 1) yield* createProgramme(seed, new Date()).submissions.flat()
}

const FORMS = `
insert into ingest.forms (domain, form_id, state, xmlns, app_id, build_id, user_id, username, device_id, received_at,
  server_modified_at, time_start, time_end, commcare_version, app_version, app_build_version, auth_context, openrosa_headers,
  submit_ip, last_sync_token, date_header, xml_bytes, xml_md5, xml_deflated)
select '${DOMAIN}', form_id, 1, xmlns, '7c0ffee0a1b24c3d9e5f60718293a4b5', 'b1c2d3e4f5a60718293a4b5c6d7e8f90', user_id, username,
  device_id, clock_timestamp(), clock_timestamp(), at, at, '2.57.1',
  'CommCare Android, version "2.57.1"(473442). App v12. CommCare Version 2.57. Build 473442, built on: 2026-05-12', 12,
  json_build_object('user_id', user_id, 'authenticated', true, 'domain', '${DOMAIN}'),
  '{"HTTP_X_OPENROSA_VERSION":"3.0","HTTP_DATE":"Tue, 24 Nov 2026 08:00:00 GMT"}', '127.0.0.1',
  '5f60718293a4b57c0ffee0a1b24c3d9e', 'Tue, 24 Nov 2026 08:00:00 GMT', xml_bytes, decode(md5, 'hex'),
  substring($2::bytea from xml_from for xml_length)
from json_to_recordset($1::json) as r(form_id text, xmlns text, user_id text, username text, device_id text, at timestamptz,
  xml_bytes integer, md5 text, xml_from integer, xml_length integer)`

const PHOTOS = `
insert into ingest.form_attachments (domain, form_id, name, content_type, size_bytes, md5, content)
select '${DOMAIN}', form_id, 'photo.jpg', 'image/jpeg', ${PHOTO_BYTES}, decode(md5($2::bytea), 'hex'), $2::bytea
from unnest($1::text[]) as f(form_id)`

interface Prepared extends FilledForm {
  readonly row: Readonly<Record<string, unknown>>
  readonly deflated: Buffer
}

function prepare(submission: Submission, at: number): Prepared {
  const { worker, formId } = submission
  const userId = createHash('md5').update(worker.username).digest('hex')
  const xml = Buffer.from(renderForm(submission, userId))
  const row = {
    form_id: formId,
    xmlns: `http://openrosa.org/formdesigner/5A1D7E00-000${1 + (at % 6)}-4A52-9E6F-1B0C3D5E7F01`,
    user_id: userId,
    username: worker.username,
    device_id: worker.deviceId,
    at: new Date(submission.completedAt).toISOString(),
    xml_bytes: xml.byteLength,
    md5: createHash('md5').update(xml).digest('hex'),
  }
  return { formId, xmlBytes: xml.byteLength, row, deflated: deflateRawSync(xml, { level: 1 }) }
}

/** @returns adds so many forms more, and tells which. */
export function createFill({ pool }: Postgres): (count: number) => Promise<readonly FilledForm[]> {
  const coming = submissions()
  const insert = async (count: number): Promise<readonly FilledForm[]> => {
    // `take` would end the generator with its own end.
    const prepared = Array.from({ length: count }, (_, at) => prepare(coming.next().value, at))
    let from = 1
    const rows = prepared.map(({ row, deflated }) => {
      const place = { ...row, xml_from: from, xml_length: deflated.byteLength }
      from += deflated.byteLength
      return place
    })
    const bytes = Buffer.concat(prepared.map(({ deflated }) => deflated))
    await pool.query(FORMS, [JSON.stringify(rows), bytes])
    const withPhoto = prepared.filter((_, index) => index % PHOTO_EVERY === 0).map(({ formId }) => formId)
    await pool.query(PHOTOS, [withPhoto, randomBytes(PHOTO_BYTES)])
    return prepared.map(({ formId, xmlBytes }) => ({ formId, xmlBytes }))
  }
  return async (count) => {
    const filled: FilledForm[] = []
    while (filled.length < count) filled.push(...(await insert(Math.min(ROWS, count - filled.length))))
    return filled
  }
}
