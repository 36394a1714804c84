import { z } from 'zod'
import { callJson } from '../caller/caller.ts'
import type { ActionContext } from './actions.ts'
import type { Actions } from './options.ts'
import { print, toTable } from './output.ts'

const Numbers = z.record(z.string(), z.number())
const Limits = z.looseObject({
  preset: z.string(),
  limits: z.array(
    z.object({
      name: z.string(),
      value: z.number().nullable(),
      default: z.number().nullable(),
      is_set: z.boolean(),
      what: z.string(),
    }),
  ),
  rates: z
    .array(z.object({ limiter: z.string(), users: z.number(), allowed: Numbers, used: Numbers }))
    .default([]),
})

const toText = (value: number | null): string => (value === null ? 'off' : String(value))

/** What is used of each rate of a project space, a line each; nothing for the platform. */
function toUsage({ rates }: z.infer<typeof Limits>): string {
  const rows = rates.flatMap(({ limiter, allowed, used }) =>
    Object.entries(allowed).map(([window, most]) => [
      `${limiter}s a ${window}`,
      String(Math.round((used[window] ?? 0) * 10) / 10),
      String(most),
    ]),
  )
  const [first] = rates
  if (rows.length === 0 || !first) return ''
  return `\n\nWith ${first.users} mobile workers:\n${toTable(['', 'used', 'allowed'], rows)}`
}

function toHuman(answer: z.infer<typeof Limits>): string {
  const rows = answer.limits.map((limit) => [
    limit.name,
    `${toText(limit.value)}${limit.is_set ? ' *' : ''}`,
    toText(limit.default),
    limit.what,
  ])
  const off =
    answer.preset === 'off' ? '\nRates are off here (CASEHOUSE_LIMITS=off); queues have their ends.' : ''
  return `${toTable(['limit', 'value', 'default', 'of'], rows)}\n* set here${off}${toUsage(answer)}`
}

export function createLimitActions({ withCaller, toOutput }: ActionContext): Pick<Actions, 'limits'> {
  return {
    async limits(global, { domain, set }) {
      const path =
        domain === undefined ? '/api/admin/limits' : `/api/admin/domains/${encodeURIComponent(domain)}/limits`
      const isChange = Object.keys(set).length > 0
      const answer = await withCaller(global, { engine: false }, (caller) =>
        isChange ? callJson(caller, 'PUT', path, { limits: set }) : callJson(caller, 'GET', path),
      )
      print(toOutput(global), answer, () => toHuman(Limits.parse(answer)))
    },
  }
}
