/** The two events of one constant submission of about 4 kB: a visit that updates a case. */
import type { NewEvent } from '#infra/platform/contract.ts'

const ANSWERS = Object.fromEntries(
  Array.from({ length: 60 }, (_, index) => [`question_${index}`, `answer number ${index}`]),
)

export function freshnessEvents(domain: string, formId: string, now: Date): readonly NewEvent[] {
  const at = `${now.toISOString().slice(0, -1)}000Z`
  const form = {
    form_id: formId,
    state: 1,
    xmlns: 'http://example.org/bench',
    user_id: 'worker',
    username: 'worker',
    received_at: at,
    server_modified_at: at,
    meta: { timeStart: at, timeEnd: at },
    case_ids: [formId],
    form: { '#type': 'data', '@name': 'Bench', ...ANSWERS },
  }
  const after = {
    case_id: formId,
    type: 'visit',
    name: 'bench',
    owner_id: 'worker',
    opened_at: at,
    opened_by: 'worker',
    modified_at: at,
    modified_by: 'worker',
    closed: false,
    deleted: false,
    server_modified_at: at,
    properties: ANSWERS,
  }
  const change = {
    case_id: formId,
    version: 1,
    cause: 'form',
    form_id: formId,
    transaction_type: 129,
    changed_at: at,
    server_at: at,
  }
  return [
    {
      topic: 'form-events.v1',
      domain,
      eventKey: formId,
      payload: JSON.stringify({ domain, version: 1, form }),
    },
    {
      topic: 'case-events.v1',
      domain,
      eventKey: formId,
      payload: JSON.stringify({ domain, ...change, before: null, after }),
    },
  ]
}
