/** Forms of 4 to 10 kB as a phone sends them: answers, at most one case block, and who filled it in when. */

const FILLER =
  'The visit took place at home; mother and child were seen, weighed and advised, and the next visit was agreed upon. '
const SMALLEST_BYTES = 3_000
const STEP_BYTES = 900
const STEPS = 7
const QUESTION_BYTES = 135
const BOUNDARY = 'casehouse-load'

export interface CaseBlock {
  readonly caseId: string
  readonly ownerId: string
  readonly creates: boolean
  readonly weightGrams: number
}

export interface LoadForm {
  readonly formId: string
  readonly xmlns: string
  readonly name: string
  readonly worker: { readonly userId: string; readonly username: string }
  readonly at: Date
  /** From 0; the form gets longer with it, and after the seventh it begins again. */
  readonly size: number
  readonly caseBlock: CaseBlock | null
}

// Made once for each size: the generator shall not be what is measured.
const ANSWERS = Array.from({ length: STEPS }, (_, step) => {
  const questions = Math.ceil((SMALLEST_BYTES + step * STEP_BYTES) / QUESTION_BYTES)
  return Array.from(
    { length: questions },
    (_, at) => `<question_${at}>${at} ${FILLER}</question_${at}>`,
  ).join('')
})

function toCaseXml({ caseId, ownerId, creates, weightGrams }: CaseBlock, userId: string, at: string): string {
  const create = creates
    ? `<n0:create><n0:case_type>child</n0:case_type><n0:case_name>Child</n0:case_name><n0:owner_id>${ownerId}</n0:owner_id></n0:create>`
    : ''
  const update = `<n0:update><n0:weight>${weightGrams}</n0:weight><n0:last_visit>${at}</n0:last_visit></n0:update>`
  return `<n0:case xmlns:n0="http://commcarehq.org/case/transaction/v2" case_id="${caseId}" user_id="${userId}" date_modified="${at}">${create}${update}</n0:case>`
}

/** The XML alone. */
export function toFormXml({ formId, xmlns, name, worker, at: instant, size, caseBlock }: LoadForm): string {
  const at = instant.toISOString()
  const block = caseBlock === null ? '' : toCaseXml(caseBlock, worker.userId, at)
  const meta = `<n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:deviceID>load</n1:deviceID><n1:timeStart>${at}</n1:timeStart><n1:timeEnd>${at}</n1:timeEnd><n1:username>${worker.username}</n1:username><n1:userID>${worker.userId}</n1:userID><n1:instanceID>${formId}</n1:instanceID></n1:meta>`
  return `<?xml version='1.0' ?><data xmlns="${xmlns}" name="${name}">${ANSWERS[size % STEPS] ?? ''}${block}${meta}</data>`
}

export const FORM_CONTENT_TYPE = `multipart/form-data; boundary=${BOUNDARY}`

/** The body of a submission, in one part. */
export function toMultipart(xml: string): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="form.xml"\r\nContent-Type: text/xml\r\n\r\n${xml}\r\n--${BOUNDARY}--\r\n`
}
