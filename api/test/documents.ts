/** The form and the case of the reference's example A.1, as the events that ingest would have written. */
import type { Postgres } from '#infra/platform/index.ts'
import { appendEvents } from '#infra/platform/index.ts'
import type { CaseEvent, CaseSnapshot, FormEvent } from '#ingest/contract.ts'

const AT = '2024-03-01T08:00:00.000000Z'

export function toFormEvent(
  domain: string,
  formId: string,
  more: Partial<FormEvent['form']> = {},
): FormEvent {
  return {
    domain,
    version: 1,
    form: {
      form_id: formId,
      state: 1,
      xmlns: 'http://openrosa.org/formdesigner/ABC',
      app_id: 'APP1',
      build_id: null,
      user_id: 'u1',
      username: 'joe',
      device_id: 'd',
      received_at: '2024-03-01T08:00:05.123456Z',
      edited_at: null,
      server_modified_at: '2024-03-01T08:00:05.123456Z',
      meta: {
        deviceID: 'd',
        timeStart: '2024-03-01T07:59:00.000000Z',
        timeEnd: AT,
        username: 'joe',
        userID: 'u1',
        instanceID: formId,
        appVersion: null,
        drift: null,
        commcare_version: null,
        app_build_version: null,
        location: null,
        geo_point: null,
      },
      orig_id: null,
      deprecated_form_id: null,
      problem: null,
      submit_ip: '127.0.0.1',
      last_sync_token: null,
      is_api_submission: false,
      edited_by_user_id: null,
      case_ids: ['c1'],
      attachments: { 'a b.jpg': { content_type: 'image/jpeg', length: 3 } },
      form: {
        '#type': 'data',
        '@name': 'Register',
        '@uiVersion': '1',
        '@version': '4',
        '@xmlns': 'http://openrosa.org/formdesigner/ABC',
        case: { '@case_id': 'c1', create: { case_type: 'patient' }, update: { age: '31' } },
        q: 'yes',
      },
      ...more,
    },
  }
}

export function toCaseEvent(
  domain: string,
  caseId: string,
  formId: string,
  more: Partial<CaseSnapshot> = {},
): CaseEvent {
  return {
    domain,
    case_id: caseId,
    version: 1,
    cause: 'form',
    form_id: formId,
    transaction_type: 129,
    user_id: 'u1',
    changed_at: AT,
    server_at: '2024-03-01T08:00:05.123456Z',
    before: null,
    after: {
      case_id: caseId,
      type: 'patient',
      name: 'Ann',
      owner_id: 'u1',
      external_id: null,
      location_id: null,
      opened_at: AT,
      opened_by: 'u1',
      modified_at: AT,
      modified_by: 'u1',
      closed: false,
      closed_at: null,
      closed_by: null,
      deleted: false,
      server_modified_at: '2024-03-01T08:00:05.123456Z',
      properties: { age: '31' },
      indices: [],
      attachments: [],
      ...more,
    },
  }
}

/** In one transaction, as a submission does: what the cases point at, and the events. */
export async function append(
  postgres: Postgres,
  forms: readonly FormEvent[],
  cases: readonly CaseEvent[],
): Promise<void> {
  await postgres.transaction(async (client) => {
    for (const { domain, case_id, after } of cases) {
      for (const index of after.indices) {
        await client.query(
          `insert into ingest.case_indices values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
          [
            domain,
            case_id,
            index.identifier,
            index.referenced_id,
            index.referenced_type,
            index.relationship === 'extension' ? 2 : 1,
          ],
        )
      }
    }
    await appendEvents(client, [
      ...forms.map((event) => ({
        topic: 'form-events.v1' as const,
        domain: event.domain,
        eventKey: event.form.form_id,
        payload: JSON.stringify(event),
      })),
      ...cases.map((event) => ({
        topic: 'case-events.v1' as const,
        domain: event.domain,
        eventKey: event.case_id,
        payload: JSON.stringify(event),
      })),
    ])
  })
}
