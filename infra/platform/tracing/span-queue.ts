/** Ended spans on their way to the receiver: a queue with an end, sent in batches. What does not fit is dropped and counted. */
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Log } from '../contract.ts'
import type { Metrics } from '../metrics.ts'

export interface SpanQueueOptions {
  readonly exporter: SpanExporter
  readonly metrics: Metrics
  readonly log: Log
  /** Spans that may wait; 2,048 unless told. */
  readonly maxWaiting?: number
  readonly everyMs?: number
}

const MAX_WAITING = 2_048
const BATCH_SPANS = 512
const EVERY_MS = 1_000
/** `ExportResultCode.SUCCESS` of OpenTelemetry's core. */
const SUCCESS = 0
const WARN_EVERY_MS = 60_000

export function createSpanQueue(options: SpanQueueOptions): SpanProcessor {
  const { exporter, metrics, log, maxWaiting = MAX_WAITING } = options
  const spans = metrics.counter(
    'platform_trace_spans_total',
    'Spans sent to the receiver of traces, failed to be sent, or dropped because the queue was full.',
    ['outcome'],
  )
  const depth = metrics.gauge('platform_trace_spans_waiting', 'Spans that wait to be sent.')
  let waiting: ReadableSpan[] = []
  let sending: Promise<void> | undefined
  let warnedAtMs = -Infinity
  metrics.beforeRead(() => depth.set(waiting.length))

  async function sendAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_SPANS)
      waiting = waiting.slice(BATCH_SPANS)
      const isSent = await send(exporter, batch)
      spans.inc({ outcome: isSent ? 'sent' : 'failed' }, batch.length)
      if (!isSent && performance.now() - warnedAtMs > WARN_EVERY_MS) {
        warnedAtMs = performance.now()
        log.warn({ spans: batch.length }, 'traces not sent')
      }
    }
  }

  const flush = async (): Promise<void> => (sending ??= sendAll().finally(() => (sending = undefined)))
  const timer = setInterval(() => void flush(), options.everyMs ?? EVERY_MS)
  timer.unref()
  return {
    onStart: () => undefined,
    onEnd(span) {
      if (waiting.length >= maxWaiting) spans.inc({ outcome: 'dropped' })
      else waiting.push(span)
    },
    forceFlush: flush,
    async shutdown() {
      clearInterval(timer)
      await flush()
      await flush()
      await exporter.shutdown()
    },
  }
}

async function send(exporter: SpanExporter, batch: ReadableSpan[]): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      exporter.export(batch, ({ code }) => resolve(code === SUCCESS))
    } catch {
      resolve(false)
    }
  })
}
