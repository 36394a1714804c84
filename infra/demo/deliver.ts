/** Brings one form to the receiver, however long that is out of reach, and finds out what has arrived already. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '#infra/platform/index.ts'
import { drawHealthCard } from './photo.ts'
import { renderForm } from './render-form.ts'
import type { DemoRequest } from './request.ts'
import { APP_ID, type Submission } from './submission.ts'

export interface Destination {
  readonly domain: string
  readonly request: DemoRequest
  /** Between two tries while the platform does not answer; tests wait less. */
  readonly retryAfterMs?: number
}

const BOUNDARY = 'casehouse-demo-7MA4YWxk'
const RETRIES = 60

/** Sends a form until it is there, but never one that is there already: only the answer may have been lost. */
export async function deliver(to: Destination, submission: Submission, userId: string): Promise<void> {
  let isFirst = true
  await patiently(to, async () => {
    if (!isFirst && (await hasArrived(to, submission.formId))) return true
    isFirst = false
    const status = await post(to, submission, userId)
    if (status === 201) return true
    if (status >= 500 || status === 429) return undefined
    throw new Error(`The receiver answered ${status} to demo form ${submission.formId}.`)
  })
}

/** How many of a worker's forms have arrived: they arrive in order, so a binary search finds the end. */
export async function countArrived(to: Destination, submissions: readonly Submission[]): Promise<number> {
  let low = 0
  let high = submissions.length
  // Most often nothing has arrived yet, so the first one is asked for first.
  for (let middle = 0; low < high; middle = Math.floor((low + high) / 2)) {
    if (await hasArrived(to, submissions[middle]?.formId ?? '')) low = middle + 1
    else high = middle
  }
  return low
}

/** Asks for the form as received, from Postgres: what the warehouse does not know yet must not be sent twice. */
async function hasArrived(to: Destination, formId: string): Promise<boolean> {
  const path = `/a/${to.domain}/api/v1/forms/${formId}/xml`
  return patiently(to, async () => {
    const { status } = await to.request({ method: 'GET', path })
    if (status >= 500) return undefined
    if (status === 200 || status === 404) return status === 200
    throw new Error(`The platform answered ${status} when asked for demo form ${formId}.`)
  })
}

/**
 * Repeats `work` while it gives undefined, or the platform is out of reach: one that is being started again, or is out of
 * breath, is asked again, as phones do.
 */
async function patiently<T>(to: Destination, work: () => Promise<T | undefined>): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      const done = await work()
      if (done !== undefined) return done
    } catch (error) {
      const isPassing = error instanceof Problem && error.kind === 'unavailable'
      if (!isPassing || retries === RETRIES) throw error
    }
    if (retries === RETRIES) throw new Error('The platform could not take a demo form for a minute.')
    await sleep(to.retryAfterMs ?? 1_000)
  }
}

/** @returns the status of the receiver's answer */
async function post(to: Destination, submission: Submission, userId: string): Promise<number> {
  const parts = [
    part('xml_submission_file', 'form.xml', 'text/xml', Buffer.from(renderForm(submission, userId))),
  ]
  if (submission.photo !== null) {
    parts.push(part(submission.photo, submission.photo, 'image/png', drawHealthCard(submission.formId)))
  }
  const answer = await to.request({
    method: 'POST',
    path: `/a/${to.domain}/receiver/secure/${APP_ID}/`,
    headers: {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'x-openrosa-version': '3.0',
      'x-submit-time': new Date(submission.receivedAt).toISOString(),
    },
    body: Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]),
  })
  return answer.status
}

function part(name: string, fileName: string, type: string, content: Buffer): Buffer {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: ${type}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n')])
}
