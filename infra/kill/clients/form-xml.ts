/** A form as a phone writes it. Pure. */
import type { CaseChange } from './record.ts'

export interface FormText {
  readonly formId: string
  readonly xmlns: string
  readonly userId: string
  readonly username: string
  readonly at: string
  readonly changes: readonly CaseChange[]
  /** Makes two wordings of one form differ. */
  readonly wording: number
}

export const CASE_TYPE = 'mother'
const CASE_XMLNS = 'http://commcarehq.org/case/transaction/v2'

export function toFormXml({ formId, xmlns, userId, username, at, changes, wording }: FormText): string {
  const blocks = changes.map((change) => toCaseBlock(change, userId, at)).join('')
  return `<?xml version='1.0' ?><data xmlns="${xmlns}" name="Kill Visit" version="1" uiVersion="1"><wording>${wording}</wording>${blocks}<n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:deviceID>kill</n1:deviceID><n1:timeStart>${at}</n1:timeStart><n1:timeEnd>${at}</n1:timeEnd><n1:username>${username}</n1:username><n1:userID>${userId}</n1:userID><n1:instanceID>${formId}</n1:instanceID></n1:meta></data>`
}

function toCaseBlock({ caseId, isCreate, isClose, values }: CaseChange, userId: string, at: string): string {
  const create = isCreate
    ? `<n0:create><n0:case_type>${CASE_TYPE}</n0:case_type><n0:case_name>Case</n0:case_name><n0:owner_id>${userId}</n0:owner_id></n0:create>`
    : ''
  const update = Object.entries(values).map(([name, value]) => `<n0:${name}>${value}</n0:${name}>`)
  const close = isClose ? '<n0:close/>' : ''
  return `<n0:case xmlns:n0="${CASE_XMLNS}" case_id="${caseId}" user_id="${userId}" date_modified="${at}">${create}<n0:update>${update.join('')}</n0:update>${close}</n0:case>`
}
