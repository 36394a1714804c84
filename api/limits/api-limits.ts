/** The limits of one API process, put together: what is set, the rates, and who waits for them. */
import type { Log, Metrics, Postgres } from '#infra/platform/index.ts'
import { createLimitSettings, createRateLimits, type LimitSettings, type RateLimits } from '#tenants/index.ts'
import type { LimitPreset } from '#tenants/contract.ts'
import { createWaitingRoom, type WaitingRoom } from './waiting-room.ts'

export interface ApiLimits {
  readonly settings: LimitSettings
  readonly rates: RateLimits
  /** Before the receiver. */
  readonly submissions: WaitingRoom
  /** Nobody waits any more. */
  refuseWaiting(): void
  close(): Promise<void>
}

export function createApiLimits(options: {
  readonly postgres: Postgres
  readonly log: Log
  readonly now: () => Date
  readonly metrics: Metrics
  readonly preset: LimitPreset
}): ApiLimits {
  const settings = createLimitSettings(options)
  const rates = createRateLimits({ ...options, settings })
  const submissions = createWaitingRoom({
    limiter: 'submission',
    decide: (space) => rates.decide('submission', space),
    valuesOf: (space) => settings.valuesOf(space),
    metrics: options.metrics,
  })
  return {
    settings,
    rates,
    submissions,
    refuseWaiting: () => submissions.close(),
    close: () => rates.close(),
  }
}
