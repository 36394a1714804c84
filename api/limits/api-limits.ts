/** The limits of one API process, put together: what is set, the rates, and who waits for them. */
import type { Log, Metrics, Postgres } from '#infra/platform/index.ts'
import { createLimitSettings, createRateLimits, type LimitSettings, type RateLimits } from '#tenants/index.ts'
import type { BoundKey, LimitPreset } from '#tenants/contract.ts'
import type { Tenants } from '#tenants/index.ts'
import type { LaneBounds } from '#ingest/index.ts'
import type { BodyBounds } from '../receiver/hold-body.ts'
import { createWaitingRoom, type WaitingRoom } from './waiting-room.ts'

const MIB = 1024 * 1024

export interface ApiLimits {
  readonly settings: LimitSettings
  readonly rates: RateLimits
  /** Before the receiver. */
  readonly submissions: WaitingRoom
  /** How much a queue may hold, by the settings of the platform or of one project space; from memory. */
  boundOf(key: BoundKey, domain?: string): number
  laneBoundsOf(domain: string): LaneBounds
  bodyBoundsOf(domain: string): BodyBounds
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
  readonly tenants: Tenants
}): ApiLimits {
  const settings = createLimitSettings(options)
  const rates = createRateLimits({ ...options, settings })
  const submissions = createWaitingRoom({
    limiter: 'submission',
    decide: (space) => rates.decide('submission', space),
    valuesOf: (space) => settings.valuesOf(space),
    metrics: options.metrics,
  })
  const boundOf = (key: BoundKey, domain?: string): number => {
    const space = domain === undefined ? undefined : options.tenants.domains.peek(domain)
    // Settings refuse a bound without a value.
    return settings.valuesOf(space)[key] ?? 1
  }
  return {
    boundOf,
    laneBoundsOf: (domain) => ({
      forms: boundOf('lane.forms'),
      spaceForms: boundOf('lane.space_forms', domain),
      bytes: boundOf('lane.mib') * MIB,
      spaceBytes: boundOf('lane.space_mib', domain) * MIB,
    }),
    bodyBoundsOf: (domain) => ({
      bytes: boundOf('bodies.mib') * MIB,
      spaceBytes: boundOf('bodies.space_mib', domain) * MIB,
      requests: boundOf('bodies.requests'),
      spaceRequests: boundOf('bodies.space_requests', domain),
    }),
    settings,
    rates,
    submissions,
    refuseWaiting: () => submissions.close(),
    close: () => rates.close(),
  }
}
