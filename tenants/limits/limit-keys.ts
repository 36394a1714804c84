/**
 * Every limit of the platform that is a setting: its name, what it means, what the presets give it, and where it can be set.
 * `infra/docs/limits.md` is made from this list. Source: reference §1.11 for the rates of the preset `reference`.
 */
export const LIMITERS = ['submission', 'restore', 'repeater'] as const
/** What a rate limiter counts: forms that come in, restores that are asked for, requests to other systems. */
export type Limiter = (typeof LIMITERS)[number]

export const WINDOWS = ['second', 'minute', 'hour', 'day', 'week'] as const
export type WindowName = (typeof WINDOWS)[number]
export const WINDOW_SECONDS: Readonly<Record<WindowName, number>> = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
}

const PARTS = ['global', 'user', 'baseline'] as const
type Part = (typeof PARTS)[number]
export type RateKey = `${Limiter}.${Part}.${WindowName}`

const BOUNDS = [
  'waiting.requests',
  'waiting.space_requests',
  'waiting.seconds',
  'lane.forms',
  'lane.space_forms',
  'lane.mib',
  'lane.space_mib',
  'bodies.mib',
  'bodies.space_mib',
  'bodies.requests',
  'bodies.space_requests',
  'streams.open',
  'streams.space_open',
  'exports.running',
  'exports.space_running',
  'queries.running',
  'queries.waiting',
  'queries.space_waiting',
] as const
export type BoundKey = (typeof BOUNDS)[number]
export type LimitKey = RateKey | BoundKey

/** `off`: no rates are counted; bounds of queues hold always. `laptop` is what ships. */
export const PRESETS = ['off', 'laptop', 'reference'] as const
export type LimitPreset = (typeof PRESETS)[number]

/** Null: no limit. Only a rate may have none. */
export type LimitValues = Readonly<Record<LimitKey, number | null>>
/** What differs from the preset, or in a project space from the platform. */
export type LimitChanges = Readonly<Partial<LimitValues>>

export interface LimitRule {
  readonly key: LimitKey
  readonly what: string
  readonly kind: 'rate' | 'bound'
  /** A rate's part of each user may be below one. */
  readonly isWhole: boolean
  /** Whether one project space may have its own. */
  readonly ofSpace: boolean
  readonly laptop: number | null
  readonly reference: number | null
}

/**
 * Source: reference §1.11; a user's with the default multiplier of 46 a day. Differs: it gives no figures for restores and for
 * requests to other systems; they get the same.
 */
const REFERENCE: Readonly<Record<Part, Readonly<Record<WindowName, number | null>>>> = {
  user: { second: 0.01, minute: 0.14, hour: 6, day: 46, week: 230 },
  baseline: { second: 1, minute: 10, hour: 30, day: 50, week: 100 },
  global: { second: 30, minute: 400, hour: 17_000, day: null, week: null },
}
/** What two cores take in, measured by `npm run bench -- intake`; up to here nobody's share is looked at. */
const LAPTOP_GLOBAL = { second: 1_000, minute: 60_000, hour: 3_600_000, day: null, week: null } as const
/** A share on a platform that others do not share with a country. */
const LAPTOP_SHARES = 10

const COUNTED = { submission: 'forms', restore: 'restores', repeater: 'requests to other systems' } as const

function toRateRule(limiter: Limiter, part: Part, window: WindowName): LimitRule {
  const reference = REFERENCE[part][window]
  // Rounded: 0.14 × 10 is not 1.4.
  const share = reference === null ? null : Math.round(reference * LAPTOP_SHARES * 100) / 100
  const whose = {
    global: 'of the whole platform',
    user: 'for each mobile worker',
    baseline: 'of a project space',
  }
  return {
    key: `${limiter}.${part}.${window}`,
    what: `${COUNTED[limiter]} ${window === 'hour' ? 'an' : 'a'} ${window}, ${whose[part]}`,
    kind: 'rate',
    isWhole: part !== 'user',
    ofSpace: part !== 'global',
    laptop: part === 'global' ? LAPTOP_GLOBAL[window] : share,
    reference,
  }
}

/** Each per process, the same in every preset: what a queue may hold depends on memory, not on who uses it. */
const BOUND_RULES: Readonly<Record<BoundKey, readonly [value: number, what: string]>> = {
  'waiting.requests': [500, 'requests that wait for their rate, before their body is read'],
  'waiting.space_requests': [100, ''],
  'waiting.seconds': [15, 'seconds that such a request waits at most'],
  'lane.forms': [2_000, 'forms that wait for their transaction'],
  'lane.space_forms': [500, ''],
  'lane.mib': [256, 'MiB of forms and attachments that wait for their transaction'],
  'lane.space_mib': [96, ''],
  'bodies.mib': [512, 'MiB of bodies that are being read or worked on, beyond 256 KiB of each'],
  'bodies.space_mib': [192, ''],
  'bodies.requests': [2_000, 'requests with a form under way'],
  'bodies.space_requests': [1_000, 'of these, of one project space'],
  'streams.open': [2_000, 'pages that follow what becomes visible'],
  'streams.space_open': [500, ''],
  'exports.running': [8, 'files being made of reports'],
  'exports.space_running': [3, ''],
  'queries.running': [10, 'questions to the warehouse at once'],
  'queries.waiting': [500, 'questions that wait for their turn'],
  'queries.space_waiting': [100, ''],
}

/** Of `lane.space_forms`: `lane.forms`. */
function toWhole(key: BoundKey): BoundKey {
  const whole = key.replace('.space_', '.')
  return BOUNDS.find((bound) => bound === whole) ?? key
}

function toBoundRule(key: BoundKey): LimitRule {
  const [value, said] = BOUND_RULES[key]
  const ofSpace = key.includes('.space_')
  // Stands behind that of all.
  const what = ofSpace ? `of these, of one project space: ${BOUND_RULES[toWhole(key)][1]}` : said
  return { key, what, kind: 'bound', isWhole: true, ofSpace, laptop: value, reference: value }
}

export const LIMIT_RULES: readonly LimitRule[] = [
  ...LIMITERS.flatMap((limiter) =>
    PARTS.flatMap((part) => WINDOWS.map((window) => toRateRule(limiter, part, window))),
  ),
  ...BOUNDS.map(toBoundRule),
]

const RULE_OF = new Map<string, LimitRule>(LIMIT_RULES.map((rule) => [rule.key, rule]))

export function findLimitRule(key: string): LimitRule | undefined {
  return RULE_OF.get(key)
}

/** All limits of a preset; those of `off` differ only in that nobody asks about rates. */
export function toPresetValues(preset: LimitPreset): LimitValues {
  const column = preset === 'reference' ? 'reference' : 'laptop'
  // Every key has a rule, by construction.
  return Object.fromEntries(LIMIT_RULES.map((rule) => [rule.key, rule[column]])) as LimitValues
}
