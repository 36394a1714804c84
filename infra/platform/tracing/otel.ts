/** `Tracing` over OpenTelemetry's SDK. Loaded only where traces are on. */
import { ROOT_CONTEXT, SpanKind, trace, TraceFlags, type Context, type Span } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import { nowMs } from './now-ms.ts'
import { createSpanQueue } from './span-queue.ts'
import { parseTraceparent, toTraceparent } from './traceparent.ts'
import type { FormTrace, InstantMs, SpanFacts, Tracing, TracingOptions } from './tracing.ts'

const EXPORT_TIMEOUT_MS = 5_000

export function startTracing(options: TracingOptions & { readonly url: string }): Tracing {
  const { url, ratio, role, metrics, log } = options
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS })
  const queue = createSpanQueue({ exporter, metrics, log })
  // What is to be followed is decided before a span is made, so that the others cost one random number.
  const provider = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    resource: resourceFromAttributes({
      'service.name': `casehouse-${role}`,
      'service.namespace': 'casehouse',
    }),
    spanProcessors: [queue],
  })
  const tracer = provider.getTracer('casehouse')

  function record(
    name: string,
    times: readonly [InstantMs, InstantMs],
    parent: Context,
    facts: SpanFacts = {},
  ): void {
    const [startTime, endTime] = times
    tracer.startSpan(name, { startTime, attributes: { ...facts } }, parent).end(Math.max(startTime, endTime))
  }

  function toFormTrace(span: Span): FormTrace {
    const context = trace.setSpan(ROOT_CONTEXT, span)
    return {
      traceparent: toTraceparent(span.spanContext()),
      step: (name, startMs, endMs, facts) => record(name, [startMs, endMs], context, facts),
      end(facts) {
        span.setAttributes({ ...facts })
        span.end(nowMs())
      },
    }
  }

  return {
    begin(name, startTime, facts) {
      if (Math.random() >= ratio) return undefined
      return toFormTrace(
        tracer.startSpan(name, { kind: SpanKind.SERVER, startTime, attributes: { ...facts } }, ROOT_CONTEXT),
      )
    },
    step(traceparent, name, times, facts) {
      const parent = toContext(traceparent)
      if (parent !== undefined) record(name, times, parent, facts)
    },
    work(name, [startTime, endTime], traceparents, facts = {}) {
      const links = traceparents.flatMap((traceparent) => {
        const context = toSpanContext(traceparent)
        return context === undefined ? [] : [{ context }]
      })
      tracer.startSpan(name, { startTime, attributes: { ...facts }, links }, ROOT_CONTEXT).end(endTime)
    },
    close: async () => provider.shutdown(),
  }
}

function toSpanContext(traceparent: string) {
  const parsed = parseTraceparent(traceparent)
  return parsed && { ...parsed, traceFlags: TraceFlags.SAMPLED, isRemote: true }
}

function toContext(traceparent: string): Context | undefined {
  const context = toSpanContext(traceparent)
  return context && trace.setSpanContext(ROOT_CONTEXT, context)
}
