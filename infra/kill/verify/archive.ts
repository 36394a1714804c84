/** Forms as they are read back, from Postgres or from the archive, wherever they lie now. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { ApiCaller } from '../../up/caller/caller.ts'
import { archiveNow } from '../clients/operator.ts'
import { currentOf, type FormRecord } from '../clients/record.ts'
import type { Finding } from './finding.ts'

/** A form is a request; the archive's own verification reads every byte. */
const FORMS_READ = 300
const BUSY = 409

const Verification = z.looseObject({
  faults: z.array(z.looseObject({ kind: z.string(), form_id: z.string().nullable() })),
})

const finding = (kind: Finding['kind'], id: string, detail: string): Finding => ({
  kind,
  place: 'archive',
  id,
  detail,
})

/** Archives what is left, has the archive verified, and reads forms from all over the run, byte for byte. */
export async function verifyArchive(
  caller: ApiCaller,
  forms: readonly FormRecord[],
): Promise<readonly Finding[]> {
  let status = await archiveNow(caller)
  // The keeper may be at it, once a minute.
  for (let tries = 0; status === BUSY && tries < 20; tries += 1) {
    await sleep(500)
    status = await archiveNow(caller)
  }
  const findings: Finding[] = status === 200 ? [] : [finding('state', 'run', `answered ${status}`)]
  const answer = await caller.send({
    method: 'POST',
    path: '/api/admin/archive/verify',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  for (const { kind, form_id: formId } of Verification.parse(JSON.parse(answer.text)).faults) {
    // What a killed run has left behind is garbage that is collected when it is a day old.
    if (kind !== 'object-unnamed') findings.push(finding('lost', formId ?? 'object', kind))
  }
  const every = Math.max(1, Math.floor(forms.length / FORMS_READ))
  for (const form of forms.filter((_, n) => n % every === 0)) {
    const path = `/a/${form.domain}/api/v1/forms/${form.formId}/xml`
    const { status: read, text } = await caller.send({ method: 'GET', path })
    const md5 = createHash('md5').update(text).digest('hex')
    if (read !== 200) findings.push(finding('lost', form.formId, `its XML was answered ${read}`))
    else if (md5 !== currentOf(form).md5)
      findings.push(finding('state', form.formId, 'its XML is not as sent'))
  }
  return findings
}
