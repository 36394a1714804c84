import { toId, toRandom } from './chance.ts'
import { FORM_CONTENT_TYPE, toFormXml, toMultipart, type CaseBlock, type LoadForm } from './form-xml.ts'
import type { Exchange, LoadContext } from './port.ts'

/** Of 10,000 workers, as many as the mixed day has. */
export const WORKER_COUNT = 10_000

/** @returns the worker with this number, the same in every run. */
export function toWorker(index: number): LoadForm['worker'] {
  const number = String(index).padStart(5, '0')
  return { userId: `load-worker-${number}`, username: `worker-${number}` }
}

/** The worker of an iteration. */
export function workerOf(context: LoadContext): LoadForm['worker'] {
  return toWorker(toRandom(context).int(0, WORKER_COUNT - 1))
}

/** One form posted to the receiver, which must answer 201. Signs in where there is something to sign in with. */
export function toSubmission(
  context: LoadContext,
  form: Pick<LoadForm, 'xmlns' | 'name' | 'worker'>,
  caseBlock: CaseBlock | null,
): Exchange {
  const { domain, authorization, iteration, now } = context
  const formId = toId('form', context)
  const xml = toFormXml({ ...form, formId, at: now, size: iteration, caseBlock })
  const signedIn = authorization === null ? {} : { authorization }
  return {
    formId,
    request: {
      name: 'submit',
      method: 'POST',
      path: `/a/${domain}/receiver/${authorization === null ? '' : 'secure/'}load/`,
      headers: { 'content-type': FORM_CONTENT_TYPE, 'x-openrosa-version': '3.0', ...signedIn },
      body: toMultipart(xml),
    },
    check: ({ status, body }) => {
      if (status !== 201) return `status ${status} in place of 201`
      return body.includes('OpenRosaResponse') ? null : 'no OpenRosa answer'
    },
  }
}
