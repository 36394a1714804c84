/**
 * Traces: one follows one form from its receipt to the instant when reports see it. Off unless the operator names a receiver for them;
 * nothing of OpenTelemetry is loaded then, and whoever is given no `Tracing` does nothing. Attributes hold ids and numbers, never a value.
 */
import type { Metrics } from '../metrics.ts'
import type { Log } from '../contract.ts'

/** Milliseconds since 1970, with a fraction. */
export type InstantMs = number

export type SpanFacts = Readonly<Record<string, string | number | boolean>>

/** A form that is followed. */
export interface FormTrace {
  /** For whoever goes on elsewhere. */
  readonly traceparent: string
  /** One step of its way, once it is over. */
  step(name: string, startMs: InstantMs, endMs: InstantMs, facts?: SpanFacts): void
  /** Ends what `begin` has begun. Steps may still come, from other processes. */
  end(facts: SpanFacts): void
}

export interface Tracing {
  /**
   * Undefined for a form that is not followed: the head decides, for all of its way.
   * @param startMs when its first byte was there
   */
  begin(name: string, startMs: InstantMs, facts: SpanFacts): FormTrace | undefined
  /** One step more of a form that another process has begun. */
  step(traceparent: string, name: string, times: readonly [InstantMs, InstantMs], facts?: SpanFacts): void
  /** Work on many forms at once: a trace of its own, linked to those of the forms. */
  work(
    name: string,
    times: readonly [InstantMs, InstantMs],
    traceparents: readonly string[],
    facts?: SpanFacts,
  ): void
  /** Sends what waits. */
  close(): Promise<void>
}

export interface TracingOptions {
  /** Of an OTLP receiver over HTTP, `http://host:4318/v1/traces`; undefined: no traces. */
  readonly url: string | undefined
  /** Part of the forms that are followed, 0 to 1. */
  readonly ratio: number
  /** The process, shown as the name of the service. */
  readonly role: string
  readonly metrics: Metrics
  readonly log: Log
}

/** Undefined where there is no receiver; loads OpenTelemetry otherwise. */
export async function createTracing(options: TracingOptions): Promise<Tracing | undefined> {
  const { url } = options
  if (url === undefined) return undefined
  const { startTracing } = await import('./otel.ts')
  return startTracing({ ...options, url })
}
