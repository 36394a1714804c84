import { callJson } from '../caller/caller.ts'
import type { Actions } from './options.ts'
import { print, toLines, toTable } from './output.ts'
import type { ActionContext } from './actions.ts'
import { z } from 'zod'

type PeopleActions = Pick<
  Actions,
  | 'domainCreate'
  | 'domainList'
  | 'userCreate'
  | 'userPassword'
  | 'workerCreate'
  | 'workerPassword'
  | 'keyCreate'
>

const NO_ENGINE = { engine: false } as const
const Domains = z.object({
  domains: z.array(z.looseObject({ domain: z.string(), title: z.string(), timezone: z.string() })),
})

/** Only the fields that a command promises, in its order, and only those that are there. */
export function pick(
  answer: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => answer[name] !== undefined).map((name) => [name, answer[name]]),
  )
}

export function createPeopleActions({ withCaller, toOutput }: ActionContext): PeopleActions {
  const create = async (
    global: Parameters<Actions['domainList']>[0],
    path: string,
    body: Readonly<Record<string, unknown>>,
    shape: (answer: Record<string, unknown>) => Record<string, unknown>,
  ): Promise<void> => {
    const answer = shape(
      await withCaller(global, NO_ENGINE, (caller) => callJson(caller, 'POST', path, body)),
    )
    print(toOutput(global), answer, () => toLines(answer) + toShownOnceHint(answer))
  }
  const space = (domain: string): string => `/api/admin/domains/${encodeURIComponent(domain)}`
  const worker = ['user_id', 'username', 'full_username', 'domain', 'password'] as const
  const user = ['user_id', 'username', 'email', 'domain', 'role', 'password'] as const
  return {
    domainCreate: (global, { domain, title, timezone }) =>
      create(global, '/api/admin/domains', { domain, title, timezone }, (answer) => answer),
    async domainList(global) {
      const answer = await withCaller(global, NO_ENGINE, (caller) =>
        callJson(caller, 'GET', '/api/admin/domains'),
      )
      print(toOutput(global), answer, () => {
        const rows = Domains.parse(answer).domains.map((row) => [row.domain, row.title, row.timezone])
        return rows.length === 0
          ? 'No project space yet. Make one: casehouse domain create NAME'
          : toTable(['domain', 'title', 'timezone'], rows)
      })
    },
    userCreate: (global, { email, domain, role, password }) =>
      create(global, '/api/admin/users', { email, domain, role, password }, (answer) =>
        pick({ ...answer, username: answer.email }, user),
      ),
    userPassword: (global, { email, password }) =>
      create(global, '/api/admin/users/password', { email, password }, (answer) =>
        pick({ ...answer, username: answer.email }, user),
      ),
    workerCreate: (global, { domain, username, password, firstName, lastName }) =>
      create(
        global,
        `${space(domain)}/workers`,
        { username, password, first_name: firstName, last_name: lastName },
        (answer) => pick(answer, worker),
      ),
    workerPassword: (global, { domain, username, password }) =>
      create(global, `${space(domain)}/workers/password`, { username, password }, (answer) =>
        pick(answer, worker),
      ),
    keyCreate: (global, { domain, name, role }) =>
      create(global, `${space(domain)}/keys`, { name, role }, (answer) =>
        pick({ ...answer, username: answer.name }, ['key_id', 'name', 'username', 'key', 'role', 'domain']),
      ),
  }
}

function toShownOnceHint(answer: Readonly<Record<string, unknown>>): string {
  if (answer.key !== undefined)
    return '\nThe key is shown only now. Use it as: Authorization: ApiKey NAME:KEY'
  return answer.password === undefined ? '' : '\nThe password is shown only now.'
}
