import { expect, it } from 'vitest'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import type { FeedEvent, FeedRange } from '../contract.ts'
import { createLog } from '../log.ts'
import { createMetrics } from '../metrics.ts'
import { createSpanQueue } from './span-queue.ts'
import { traceDeliver } from './trace-deliver.ts'
import { appendTraceparent, parseTraceparent, readTraceparent, toTraceparent } from './traceparent.ts'
import { createTracing, type Tracing } from './tracing.ts'

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const log = createLog({ name: 'test', level: 'silent' })

function toEvent(payload: string, change: Partial<FeedEvent> = {}): FeedEvent {
  return {
    topic: 'form-events.v1',
    domain: 'd',
    eventKey: 'k',
    xid: '1',
    seq: '1',
    payload,
    createdAt: new Date(1_000),
    ...change,
  }
}

it('travels at the end of the payload, as text and as bytes, and is JSON all the way', () => {
  const payload = appendTraceparent('{"domain":"d","form":{"a":"ü"}}', TRACEPARENT)
  expect(JSON.parse(payload)).toEqual({ domain: 'd', form: { a: 'ü' }, trace: TRACEPARENT })
  expect(readTraceparent(toEvent(payload))).toBe(TRACEPARENT)
  const bytes = Buffer.from(`before ${payload} behind`).subarray(7, -7)
  expect(readTraceparent(toEvent('', { payloadBytes: bytes }))).toBe(TRACEPARENT)
  const reference = parseTraceparent(TRACEPARENT)
  expect(reference && toTraceparent(reference)).toBe(TRACEPARENT)
})

it.each([
  '{}',
  '{"domain":"d","form":{}}',
  `{"form":{"note":",\\"trace\\":\\"${TRACEPARENT}"}}`,
  `{"form":{"a":1,"trace":"${TRACEPARENT}"}}`,
  '{"form":{},"trace":"00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}',
])('finds none in %s', (payload) => {
  expect(readTraceparent(toEvent(payload))).toBeUndefined()
})

it('is not there where nobody has named a receiver', async () => {
  const metrics = createMetrics({ role: 'test' })
  expect(await createTracing({ url: undefined, ratio: 1, role: 'test', metrics, log })).toBeUndefined()
})

it('tells a form that is followed how it came through a range, and links the range to it', async () => {
  const told: unknown[][] = []
  const tracing: Tracing = {
    begin: () => undefined,
    step: (traceparent, name, [startMs, endMs]) =>
      told.push([traceparent, name, startMs <= endMs || name === 'feed wait']),
    work: (name, _times, traceparents, facts) => told.push([name, traceparents, facts?.events]),
    close: async () => undefined,
  }
  const range: FeedRange = {
    consumer: 'c',
    from: { xid: '0', seq: '0' },
    to: { xid: '1', seq: '1' },
    token: 't',
    events: [
      toEvent('{"a":1}'),
      toEvent(appendTraceparent('{"a":1}', TRACEPARENT)),
      toEvent(appendTraceparent('{"a":1}', TRACEPARENT), { topic: 'case-events.v1' }),
    ],
  }
  const deliver = traceDeliver(tracing, 'load range', async (_range, mark) => {
    mark('insert')
    mark('visible')
    return []
  })
  await deliver(range)
  expect(told).toEqual([
    [TRACEPARENT, 'feed wait', true],
    [TRACEPARENT, 'insert', true],
    [TRACEPARENT, 'visible', true],
    ['load range', [TRACEPARENT], 3],
  ])
})

it('holds no more spans than its queue takes, counts what it drops, and goes on when the receiver is back', async () => {
  const metrics = createMetrics({ role: 'test' })
  let isAway = true
  const exporter: SpanExporter = {
    export: (_spans, done) => done({ code: isAway ? 1 : 0 }),
    shutdown: async () => undefined,
  }
  const queue = createSpanQueue({ exporter, metrics, log, maxWaiting: 3, everyMs: 60_000 })
  // The queue only counts them.
  const span = {} as ReadableSpan
  for (let n = 0; n < 5; n += 1) queue.onEnd(span)
  await queue.forceFlush()
  isAway = false
  queue.onEnd(span)
  await queue.shutdown()
  const text = await metrics.text()
  expect(text).toContain('platform_trace_spans_total{outcome="dropped",role="test"} 2')
  expect(text).toContain('platform_trace_spans_total{outcome="failed",role="test"} 3')
  expect(text).toContain('platform_trace_spans_total{outcome="sent",role="test"} 1')
})
