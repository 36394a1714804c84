/** One trace follows one form from the phone's request to the instant when reports see it, through three processes. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from './otlp-receiver.ts'
import { startPlatform, type RunningPlatform } from './platform.ts'

let receiver: OtlpReceiver
let platform: RunningPlatform
beforeAll(async () => {
  receiver = await startOtlpReceiver()
  platform = await startPlatform({ CASEHOUSE_TRACES_URL: receiver.url, CASEHOUSE_TRACES_RATIO: '1' })
  const body = JSON.stringify({ domain: 'traced' })
  const headers = { 'content-type': 'application/json' }
  await platform.caller.send({ method: 'POST', path: '/api/admin/domains', headers, body })
})
afterAll(async () => {
  await platform.stop()
  receiver.close()
})

const CANARY = 'canary-7f3a9c'

function toXml(formId: string): string {
  const at = new Date().toISOString()
  return `<?xml version='1.0' ?><data xmlns="http://openrosa.org/formdesigner/traced" name="${CANARY}"><note>${CANARY}</note>
    <n0:meta xmlns:n0="http://openrosa.org/jr/xforms"><n0:deviceID>traced</n0:deviceID><n0:timeStart>${at}</n0:timeStart>
    <n0:timeEnd>${at}</n0:timeEnd><n0:username>${CANARY}</n0:username><n0:userID>${CANARY}</n0:userID>
    <n0:instanceID>${formId}</n0:instanceID></n0:meta></data>`
}

function findTrace(formId: string): readonly ReceivedSpan[] {
  const root = receiver
    .spans()
    .find(({ attributes }) => attributes.some(({ value }) => value.stringValue === formId))
  return receiver.spans().filter(({ traceId }) => traceId === root?.traceId)
}

const WAY = ['receive form', 'parse', 'lane wait', 'commit', 'feed wait', 'insert', 'visible']

test('the trace of a form holds every step in order, and nothing that a person typed', async () => {
  const formId = crypto.randomUUID()
  const answer = await platform.caller.send({
    method: 'POST',
    path: '/a/traced/receiver/',
    headers: { 'content-type': 'text/xml', 'x-openrosa-version': '3.0' },
    body: toXml(formId),
  })
  expect(answer.status).toBe(201)
  await expect
    .poll(
      () =>
        findTrace(formId)
          .map(({ name }) => name)
          .toSorted(),
      { timeout: 30_000 },
    )
    .toEqual(WAY.toSorted())

  const spans = new Map(findTrace(formId).map((span) => [span.name, span]))
  const root = spans.get('receive form')
  const starts = WAY.map((name) => BigInt(spans.get(name)?.startTimeUnixNano ?? 0))
  // The event is stamped by Postgres in the middle of the commit, to the millisecond.
  expect(starts).toEqual(starts.toSorted((a, b) => (a < b ? -1 : 1)))
  for (const name of WAY.slice(1)) expect(spans.get(name)?.parentSpanId).toBe(root?.spanId)
  expect(root?.service).toBe('casehouse-api')
  expect(spans.get('visible')?.service).toBe('casehouse-loader')
  const range = receiver
    .spans()
    .find(({ name, links }) => name === 'load range' && links.some(({ spanId }) => spanId === root?.spanId))
  expect(range?.attributes.map(({ key }) => key).toSorted()).toEqual(['consumer', 'events', 'range'])
  expect(receiver.said()).not.toContain(CANARY)
  const metrics = await platform.caller.send({ method: 'GET', path: '/metrics' })
  expect(metrics.text).toMatch(/^platform_trace_spans_total\{outcome="sent",role="loader"\} [1-9]/m)
})
