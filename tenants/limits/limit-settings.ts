/** The limits as they are set: a preset of the process, changes for the platform, changes for one project space. */
import { z } from 'zod'
import type { Postgres } from '#infra/platform/contract.ts'
import type { DomainRecord } from '../contract.ts'
import { limitInvalid } from '../problems.ts'
import {
  findLimitRule,
  toPresetValues,
  type LimitChanges,
  type LimitPreset,
  type LimitValues,
} from './limit-keys.ts'

/** How long another process may still see old settings. */
const CACHE_MS = 5_000
const MOST = 1e12

const Stored = z.record(z.string(), z.number().nullable())

/** Names that a newer program knows are left alone; this one does not use them. */
export function readLimits(stored: unknown): LimitChanges {
  const parsed = Stored.safeParse(stored)
  if (!parsed.success) return {}
  return Object.fromEntries(Object.entries(parsed.data).filter(([key]) => findLimitRule(key)))
}

/**
 * What a person wants changed: a number, null for no limit, `default` to go back to what is above.
 * @throws TENANTS_LIMIT_INVALID
 */
export function applyLimitChanges(
  current: LimitChanges,
  wanted: Readonly<Record<string, number | null | 'default'>>,
  { ofSpace }: { readonly ofSpace: boolean },
): LimitChanges {
  const next: Record<string, number | null> = { ...current }
  for (const [key, value] of Object.entries(wanted)) {
    const rule = findLimitRule(key)
    if (!rule || (ofSpace && !rule.ofSpace)) throw limitInvalid({ expected: 'the name of a limit' })
    if (value === 'default') {
      delete next[key]
      continue
    }
    if (value === null) {
      if (rule.kind === 'bound') throw limitInvalid({ expected: 'a number: a queue always has an end' })
    } else if (!isFit(value, rule)) {
      throw limitInvalid({ expected: rule.isWhole ? 'a whole number' : 'a number that is not negative' })
    }
    next[key] = value
  }
  return readLimits(next)
}

function isFit(value: number, rule: { readonly kind: 'rate' | 'bound'; readonly isWhole: boolean }): boolean {
  const least = rule.kind === 'bound' ? 1 : 0
  return value >= least && value <= MOST && (!rule.isWhole || Number.isInteger(value))
}

export interface LimitSettings {
  readonly preset: LimitPreset
  /** What the preset says. */
  readonly defaults: LimitValues
  /** What differs from the preset everywhere. Remembered for five seconds. */
  readPlatform(): Promise<LimitChanges>
  /** @throws TENANTS_LIMIT_INVALID */
  changePlatform(wanted: Readonly<Record<string, number | null | 'default'>>): Promise<LimitChanges>
  /** All limits of the platform, or of one project space; as remembered last, at no cost. */
  valuesOf(space?: Pick<DomainRecord, 'limits'>): LimitValues
}

export function createLimitSettings({
  postgres,
  now,
  preset,
}: {
  postgres: Postgres
  now: () => Date
  preset: LimitPreset
}): LimitSettings {
  const base = toPresetValues(preset)
  let platform: { readonly changes: LimitChanges; readonly until: number } | undefined
  let values = base
  let ofSpaces = new WeakMap<object, LimitValues>()

  function remember(changes: LimitChanges): LimitChanges {
    platform = { changes, until: now().getTime() + CACHE_MS }
    values = { ...base, ...changes }
    ofSpaces = new WeakMap()
    return changes
  }

  return {
    preset,
    defaults: base,
    async readPlatform() {
      if (platform && platform.until > now().getTime()) return platform.changes
      const { rows } = await postgres.pool.query<{ limits: unknown }>(
        'select limits from tenants.platform_limits',
      )
      return remember(readLimits(rows[0]?.limits ?? {}))
    },

    async changePlatform(wanted) {
      return postgres.transaction(async (client) => {
        await client.query('insert into tenants.platform_limits default values on conflict do nothing')
        const { rows } = await client.query<{ limits: unknown }>(
          'select limits from tenants.platform_limits for update',
        )
        const changes = applyLimitChanges(readLimits(rows[0]?.limits ?? {}), wanted, { ofSpace: false })
        await client.query('update tenants.platform_limits set limits = $1', [JSON.stringify(changes)])
        return remember(changes)
      })
    },

    valuesOf(space) {
      if (!space) return values
      const known = ofSpaces.get(space.limits)
      if (known) return known
      const own = { ...values, ...space.limits }
      ofSpaces.set(space.limits, own)
      return own
    },
  }
}
