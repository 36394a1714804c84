/** Devices that go on submitting while the loader catches up: forms at a steady rate, whether or not those before are answered. */
import { randomUUID } from 'node:crypto'
import { Pool } from 'undici'
import { benchForm } from './forms.ts'

const BOUNDARY = 'casehouse-bench'

export interface Intake {
  readonly submitted: number
  readonly errors: number
}

export interface Submitter {
  submit(xml: string): Promise<boolean>
  close(): Promise<void>
}

export function createSubmitter(url: string, domain: string): Submitter {
  const pool = new Pool(url, { connections: 16, pipelining: 1 })
  return {
    submit: async (xml) => {
      const answer = await pool.request({
        method: 'POST',
        path: `/a/${domain}/receiver/APP/`,
        headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, 'x-openrosa-version': '3.0' },
        body: `--${BOUNDARY}\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="form.xml"\r\nContent-Type: text/xml\r\n\r\n${xml}\r\n--${BOUNDARY}--\r\n`,
      })
      await answer.body.dump()
      return answer.statusCode === 201
    },
    close: () => pool.close(),
  }
}

/** Begins at once; `stop` waits for the answers under way. Half of the forms create a case, half update one. */
export function startIntake(submitter: Submitter, perSecond: number): { stop(): Promise<Intake> } {
  const known: string[] = []
  const tally = { submitted: 0, errors: 0 }
  const under = new Set<Promise<void>>()
  const startedAt = performance.now()
  let index = 0
  const send = (): void => {
    const due = ((performance.now() - startedAt) * perSecond) / 1_000
    for (; index < due; index += 1) {
      const update = index % 2 === 1
      const caseId = update ? (known[(index * 7_919) % known.length] ?? randomUUID()) : randomUUID()
      if (!update && known.length < 20_000) known.push(caseId)
      const one = submitter
        .submit(benchForm(index, caseId, update ? 'update' : 'create').xml)
        .then((ok) => void (ok ? (tally.submitted += 1) : (tally.errors += 1)))
        .catch(() => void (tally.errors += 1))
        .finally(() => under.delete(one))
      under.add(one)
    }
  }
  const timer = perSecond > 0 ? setInterval(send, 5) : undefined
  return {
    stop: async () => {
      clearInterval(timer)
      await Promise.all(under)
      return tally
    },
  }
}
