/**
 * Who may do how much: let in while the whole platform or the project space has room, as the reference has it. Decides from
 * memory; the counts travel to the other processes and back once a second. Source: reference §1.11, ADR 0024.
 */
import { toLoggedError, type Log, type Postgres } from '#infra/platform/index.ts'
import type { DomainRecord } from '../contract.ts'
import type { Limiter, LimitValues, RateKey } from './limit-keys.ts'
import { WINDOWS } from './limit-keys.ts'
import type { LimitSettings } from './limit-settings.ts'
import { countsKey, createRateCounts, type Added } from './rate-counts.ts'
import { addHit, createUsage, roomIn, takeShared, usedOf, type Rates, type Usage } from './usage.ts'

export type RateDecision =
  | { readonly kind: 'allowed' }
  /** Only windows of a second and a minute are full: worth waiting for. */
  | { readonly kind: 'later'; readonly waitMs: number }
  | { readonly kind: 'refused'; readonly waitMs: number }

export type LimitedSpace = Pick<DomainRecord, 'domain' | 'limits'>

export interface RateLimits {
  /** Counts the request when it lets it in. One query a minute for each project space, to know its workers. */
  decide(limiter: Limiter, space: LimitedSpace): Promise<RateDecision>
  /** How much of each window is used, and how much may be. */
  look(limiter: Limiter, space: LimitedSpace): Promise<Looked>
  /** Sends what was counted, and stops. */
  close(): Promise<void>
}

export interface Looked {
  readonly users: number
  readonly rates: Rates
  readonly used: Readonly<Partial<Record<string, number>>>
}

export interface RateLimitsOptions {
  readonly postgres: Postgres
  readonly log: Log
  readonly now: () => Date
  readonly settings: LimitSettings
  /** How often the processes tell each other. */
  readonly shareEveryMs?: number
}

const SHARE_EVERY_MS = 1_000
const USERS_MS = 60_000
/** Project spaces that are remembered at once; what is forgotten is read again with the next share. */
const MOST_SUBJECTS = 20_000

/** How many people send forms in a project space, about a minute old; asked again while the old number still serves. */
function createUserCounts({ postgres, now }: Pick<RateLimitsOptions, 'postgres' | 'now'>) {
  const remembered = new Map<string, { readonly count: Promise<number>; until: number }>()

  async function ask(domain: string): Promise<number> {
    const { rows } = await postgres.pool.query<{ users: number }>(
      'select count(*) as users from tenants.mobile_workers where domain = $1 and is_active and deleted_at is null',
      [domain],
    )
    return rows[0]?.users ?? 0
  }

  function remember(domain: string, count: Promise<number>): Promise<number> {
    if (remembered.size >= MOST_SUBJECTS) remembered.clear()
    remembered.set(domain, { count, until: now().getTime() + USERS_MS })
    return count
  }

  return async function countUsers(domain: string): Promise<number> {
    const known = remembered.get(domain)
    if (!known) {
      const count = ask(domain)
      count.catch(() => remembered.delete(domain))
      return remember(domain, count)
    }
    if (known.until <= now().getTime()) {
      known.until = Number.POSITIVE_INFINITY
      ask(domain).then(
        (count) => remember(domain, Promise.resolve(count)),
        () => (known.until = 0),
      )
    }
    return known.count
  }
}

function globalRates(limiter: Limiter, values: LimitValues): Rates {
  return Object.fromEntries(WINDOWS.map((window) => [window, values[`${limiter}.global.${window}`]]))
}

/** `users × rate + baseline`; a part without a limit has none in sum. */
export function spaceRates(limiter: Limiter, values: LimitValues, users: number): Rates {
  const sum = (window: (typeof WINDOWS)[number]): number | null => {
    const user: RateKey = `${limiter}.user.${window}`
    const [perUser, baseline] = [values[user], values[`${limiter}.baseline.${window}`]]
    return perUser === null || baseline === null ? null : users * perUser + baseline
  }
  return Object.fromEntries(WINDOWS.map((window) => [window, sum(window)]))
}

/** Remembers usages by limiter and project space, the empty name being the whole platform. */
function createUsages() {
  const usages = new Map<string, Usage & { readonly limiter: Limiter; readonly domain: string }>()

  function forgetOldest(): void {
    for (const [key, usage] of usages) {
      if (usage.wasAsked || usage.unsent > 0 || usage.domain === '') continue
      usages.delete(key)
      return
    }
  }

  return {
    get(limiter: Limiter, domain: string, at: number): Usage {
      const key = countsKey({ limiter, domain })
      const known = usages.get(key)
      if (known) return known
      if (usages.size >= MOST_SUBJECTS) forgetOldest()
      const created = { ...createUsage(at), limiter, domain }
      usages.set(key, created)
      return created
    },
    find: (key: string) => usages.get(key),
    asked: () => [...usages.values()].filter((usage) => usage.wasAsked || usage.unsent > 0),
  }
}

export function createRateLimits(options: RateLimitsOptions): RateLimits {
  const { log, now, settings, shareEveryMs = SHARE_EVERY_MS } = options
  const countUsers = createUserCounts(options)
  const counts = createRateCounts(options)
  const usages = createUsages()
  let sharing: Promise<void> | undefined
  let isBroken = false

  async function share(): Promise<void> {
    const at = now().getTime()
    const asked = usages.asked()
    for (const usage of asked) {
      usage.wasAsked = false
      usage.sending = usage.unsent
      usage.unsent = 0
    }
    const added: Added[] = asked.map(({ limiter, domain, sending }) => ({ limiter, domain, hits: sending }))
    try {
      for (const [key, shared] of await counts.add(added, at)) {
        const usage = usages.find(key)
        if (usage) takeShared(usage, shared, usage.sending, now().getTime())
      }
      isBroken = false
    } catch (error) {
      // Counted again with the next; until then each process goes by what it let in itself.
      for (const usage of asked) usage.unsent += usage.sending
      if (!isBroken) log.warn({ error: toLoggedError(error) }, 'rate counts not shared')
      isBroken = true
    } finally {
      for (const usage of asked) usage.sending = 0
    }
  }

  function start(): ReturnType<typeof setInterval> | undefined {
    if (settings.preset === 'off') return undefined
    counts.prune(now().getTime()).catch((error: unknown) => {
      log.warn({ error: toLoggedError(error) }, 'old rate counts not forgotten')
    })
    const timer = setInterval(() => {
      // One at a time: a slow database is asked less often, not more.
      if (sharing || usages.asked().length === 0) return
      sharing = share().finally(() => {
        sharing = undefined
      })
    }, shareEveryMs)
    return timer.unref()
  }
  const timer = start()

  async function ratesOf(limiter: Limiter, space: LimitedSpace) {
    await settings.readPlatform()
    const users = await countUsers(space.domain)
    const values = settings.valuesOf(space)
    return { users, global: globalRates(limiter, values), own: spaceRates(limiter, values, users) }
  }

  return {
    async decide(limiter, space) {
      if (settings.preset === 'off') return { kind: 'allowed' }
      const rates = await ratesOf(limiter, space)
      const at = now().getTime()
      const [everybody, own] = [usages.get(limiter, '', at), usages.get(limiter, space.domain, at)]
      everybody.wasAsked = true
      own.wasAsked = true
      const [globalRoom, ownRoom] = [roomIn(everybody, rates.global, at), roomIn(own, rates.own, at)]
      if (globalRoom.waitMs === 0 || ownRoom.waitMs === 0) {
        addHit(everybody, at)
        addHit(own, at)
        return { kind: 'allowed' }
      }
      const kind = globalRoom.isSoon || ownRoom.isSoon ? 'later' : 'refused'
      return { kind, waitMs: Math.min(globalRoom.waitMs, ownRoom.waitMs) }
    },

    async look(limiter, space) {
      const { users, own } = await ratesOf(limiter, space)
      const at = now().getTime()
      const usage = usages.get(limiter, space.domain, at)
      // So that who looks again sees what the other processes let in.
      usage.wasAsked = true
      return { users, rates: own, used: usedOf(usage, own, at) }
    },

    async close() {
      clearInterval(timer)
      await sharing
      if (usages.asked().length > 0) await share()
    },
  }
}
