/**
 * Forms of 2 kB as a device sends them: a visit with forty answers that creates a case, or updates one. The marks in them
 * survive the receiver, so that what it made of a few hundred forms can be turned into millions of others.
 */
import { randomUUID } from 'node:crypto'

/** In every form; 32 hexadecimal digits of each form's own are put in its place. */
export const DIGITS_MARK = '00000000000000000000000000000000'
const WORDS = [
  'yes',
  'no',
  'not asked',
  'Amina',
  'Kisumu',
  'fever',
  'three meals',
  'clinic',
  'unknown',
  'breastfed',
]

export interface BenchForm {
  readonly xml: string
  readonly formId: string
}

/** @param index decides the answers. `weight` is what the bench adds up at the end. */
export function benchForm(index: number, caseId: string, kind: 'create' | 'update'): BenchForm {
  const formId = randomUUID()
  const at = new Date().toISOString()
  const answers = Array.from({ length: 18 }, (_, n) => {
    const word = WORDS[(index * 7 + n * 3) % WORDS.length] ?? ''
    return `<question_${n}>${word} ${(index * 31 + n * 17) % 997}</question_${n}>`
  }).join('')
  const create =
    kind === 'create'
      ? `<n0:create><n0:case_type>child</n0:case_type><n0:case_name>Child ${index % 5_000}</n0:case_name><n0:owner_id>w${index % 60}</n0:owner_id></n0:create>`
      : ''
  const update = `<n0:update><n0:weight>${2_000 + (index % 7_000)}</n0:weight><n0:last_visit>${at}</n0:last_visit><n0:village>village ${index % 40}</n0:village><n0:check>${DIGITS_MARK}</n0:check></n0:update>`
  const block = `<n0:case xmlns:n0="http://commcarehq.org/case/transaction/v2" case_id="${caseId}" user_id="w${index % 60}" date_modified="${at}">${create}${update}</n0:case>`
  const meta = `<n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:deviceID>bench</n1:deviceID><n1:timeStart>${at}</n1:timeStart><n1:timeEnd>${at}</n1:timeEnd><n1:username>worker${index % 60}</n1:username><n1:userID>w${index % 60}</n1:userID><n1:instanceID>${formId}</n1:instanceID></n1:meta>`
  const xml = `<?xml version='1.0' ?><data xmlns="http://openrosa.org/formdesigner/CATCHUP" name="Visit">${answers}<check>${DIGITS_MARK}</check>${block}${meta}</data>`
  return { xml, formId }
}
