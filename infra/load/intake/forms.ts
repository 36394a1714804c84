/** Forms of the intake benchmark: about 4 to 10 kB, half of them create a case, half update one of those. */
import { randomUUID } from 'node:crypto'

const FILLER =
  'The visit took place at home; mother and child were seen, weighed and advised, and the next visit was agreed upon. '

function answers(size: number): string {
  const lines: string[] = []
  for (let at = 0; at * 135 < size; at += 1) lines.push(`<question_${at}>${at} ${FILLER}</question_${at}>`)
  return lines.join('')
}

/** The cases that exist, as far as the generator knows. */
export function createForms() {
  const known: string[] = []
  return {
    /** @returns the XML of the next form. */
    next(index: number): string {
      const update = index % 2 === 1 && known.length > 0
      const caseId = update ? (known[Math.floor(Math.random() * known.length)] ?? randomUUID()) : randomUUID()
      if (!update && known.length < 20_000) known.push(caseId)
      const at = new Date().toISOString()
      const create = update
        ? ''
        : '<n0:create><n0:case_type>child</n0:case_type><n0:case_name>Child</n0:case_name><n0:owner_id>w1</n0:owner_id></n0:create>'
      const block = `<n0:case xmlns:n0="http://commcarehq.org/case/transaction/v2" case_id="${caseId}" user_id="w${index % 60}" date_modified="${at}">${create}<n0:update><n0:weight>${index % 9_000}</n0:weight><n0:last_visit>${at}</n0:last_visit></n0:update></n0:case>`
      const meta = `<n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:deviceID>bench</n1:deviceID><n1:timeStart>${at}</n1:timeStart><n1:timeEnd>${at}</n1:timeEnd><n1:username>worker</n1:username><n1:userID>w${index % 60}</n1:userID><n1:instanceID>${randomUUID()}</n1:instanceID></n1:meta>`
      return `<?xml version='1.0' ?><data xmlns="http://openrosa.org/formdesigner/BENCH" name="Visit">${answers(3_000 + (index % 7) * 900)}${block}${meta}</data>`
    },
  }
}
