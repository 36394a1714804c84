import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { LIMIT_RULES, LIMITERS, PRESETS } from '#tenants/contract.ts'
import type { LimitChanges, LimitValues } from '#tenants/contract.ts'
import { getDomain, getPrincipal } from '../../plugins/access.ts'
import { accessForbidden } from '../../problems.ts'
import { defineRoute } from '../../server/define-route.ts'
import type { ApiDependencies } from '../../server/dependencies.ts'
import { DomainParams } from './schemas.ts'

const LimitAnswer = z.object({
  name: z.string(),
  /** Null: none. */
  value: z.number().nullable(),
  /** What holds where nobody has set anything. */
  default: z.number().nullable(),
  is_set: z.boolean(),
  what: z.string(),
})
const PlatformLimitsAnswer = z.object({ preset: z.enum(PRESETS), limits: z.array(LimitAnswer) })
const Used = z.record(z.string(), z.number())
const SpaceLimitsAnswer = z.object({
  domain: z.string(),
  preset: z.enum(PRESETS),
  limits: z.array(LimitAnswer),
  /** Of each limiter: what a window holds for this project space, and how much of it is used. */
  rates: z.array(z.object({ limiter: z.enum(LIMITERS), users: z.number(), allowed: Used, used: Used })),
})
const LimitsBody = z.object({
  limits: z.record(z.string(), z.union([z.number(), z.enum(['off', 'default'])])),
})

function toWanted({ limits }: z.infer<typeof LimitsBody>): Record<string, number | null | 'default'> {
  return Object.fromEntries(
    Object.entries(limits).map(([name, value]) => [name, value === 'off' ? null : value]),
  )
}

function toAnswers(values: LimitValues, defaults: LimitValues, changes: LimitChanges, ofSpace: boolean) {
  return LIMIT_RULES.filter((rule) => rule.ofSpace || !ofSpace).map(({ key, what }) => ({
    name: key,
    value: values[key],
    default: defaults[key],
    is_set: key in changes,
    what,
  }))
}

/** What may come in, and how much of it: read by admins, changed by those who run the platform. */
export function limitRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  platformLimitRoutes(app, dependencies)
  spaceLimitRoutes(app, dependencies)
}

function platformLimitRoutes(app: FastifyInstance, { limits: { settings } }: ApiDependencies): void {
  const shared = {
    url: '/api/admin/limits',
    permission: 'operator',
    tag: 'administration',
    answer: PlatformLimitsAnswer,
  } as const
  const answer = (changes: LimitChanges) => ({
    preset: settings.preset,
    limits: toAnswers(settings.valuesOf(), settings.defaults, changes, false),
  })
  defineRoute(app, { ...shared, method: 'GET', summary: 'The limits of the platform' }, async () =>
    answer(await settings.readPlatform()),
  )
  defineRoute(
    app,
    { ...shared, method: 'PUT', summary: 'Change limits of the platform', body: LimitsBody },
    async ({ body }) => answer(await settings.changePlatform(toWanted(body))),
  )
}

function spaceLimitRoutes(app: FastifyInstance, { limits, tenants }: ApiDependencies): void {
  const shared = {
    url: '/api/admin/domains/:domain/limits',
    permission: 'admin',
    tag: 'administration',
    params: DomainParams,
    answer: SpaceLimitsAnswer,
  } as const
  const { settings, rates } = limits

  async function answer(space: { readonly domain: string; readonly limits: LimitChanges }) {
    await settings.readPlatform()
    const looked = LIMITERS.map(async (limiter) => {
      const { users, rates: allowed, used } = await rates.look(limiter, space)
      return { limiter, users, allowed: toNumbers(allowed), used: toNumbers(used) }
    })
    return {
      domain: space.domain,
      preset: settings.preset,
      limits: toAnswers(settings.valuesOf(space), settings.valuesOf(), space.limits, true),
      rates: await Promise.all(looked),
    }
  }

  defineRoute(
    app,
    { ...shared, method: 'GET', summary: 'The limits of a project space, and how much is used' },
    async ({ request }) => answer(getDomain(request)),
  )
  defineRoute(
    app,
    {
      ...shared,
      method: 'PUT',
      summary: 'Change limits of a project space (operator or superuser)',
      body: LimitsBody,
    },
    async ({ body, request }) => {
      const principal = getPrincipal(request)
      // An admin of one project space must not take from the others.
      const mayRaise =
        principal.kind === 'operator' || (principal.kind === 'web-user' && principal.isSuperuser)
      if (!mayRaise) throw accessForbidden({ permission: 'operator' })
      return answer(await tenants.domains.changeLimits(getDomain(request).domain, toWanted(body)))
    },
  )
}

function toNumbers(rates: Readonly<Partial<Record<string, number | null>>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(rates).flatMap(([window, value]) => (typeof value === 'number' ? [[window, value]] : [])),
  )
}
