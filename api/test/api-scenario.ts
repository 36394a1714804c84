/** A whole API on databases of its own, with one project space and everybody who may knock at it. */
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { createTestDatabase } from '#infra/harness/index.ts'
import type { TestDatabase } from '#infra/harness/index.ts'
import { createLog, createWarehouseClient, Secret } from '#infra/platform/index.ts'
import type { Log, Postgres, WarehouseClient } from '#infra/platform/index.ts'
import type { Archive } from '#ingest/index.ts'
import type { LimitPreset } from '#tenants/contract.ts'
import { createApi } from '#api/index.ts'

export const OPERATOR_TOKEN = 'operator-token-of-this-test'
export const OPERATOR = `Bearer ${OPERATOR_TOKEN}`
export const PASSWORD = 'correct horse battery'

export interface ApiScenario {
  readonly api: FastifyInstance
  readonly database: TestDatabase
  /** Asks, and parses the JSON of the answer. */
  ask(request: Ask): Promise<{ status: number; body: Record<string, unknown>; raw: LightMyRequestResponse }>
  close(): Promise<void>
}

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'
  readonly url: string
  readonly as?: string | undefined
  readonly cookie?: string | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export function basic(name: string, password = PASSWORD): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
}

function toInject({ method = 'GET', url, as, cookie, body, headers }: Ask): InjectOptions {
  return {
    method,
    url,
    headers: { ...(as ? { authorization: as } : {}), ...(cookie ? { cookie } : {}), ...headers },
    ...(body === undefined ? {} : { payload: body as object }),
  }
}

/** @param warehouse left out: nothing listens there, for tests of what needs no engine. */
export async function createApiScenario({
  warehouse,
  dashboardsUrl = null,
  publicUrl,
  log = createLog({ name: 'api-test', level: 'silent' }),
  limitPreset,
  openArchive,
}: {
  warehouse?: WarehouseClient
  dashboardsUrl?: string | null
  publicUrl?: string
  log?: Log
  limitPreset?: LimitPreset | undefined
  openArchive?: (postgres: Postgres) => Archive
} = {}): Promise<ApiScenario> {
  const database = await createTestDatabase()
  const client =
    warehouse ??
    createWarehouseClient({ url: 'http://127.0.0.1:1', username: 'x', password: new Secret('x') })
  const api = await createApi({
    postgres: database.postgres,
    warehouse: client,
    log,
    publicUrl,
    operatorToken: new Secret(OPERATOR_TOKEN),
    dashboardsUrl,
    now: () => new Date(),
    instanceId: 'instance-of-this-test',
    limitPreset,
    archive: openArchive?.(database.postgres),
  })
  return {
    api,
    database,
    async ask(request) {
      const raw = await api.inject(toInject(request))
      const isJson = String(raw.headers['content-type']).startsWith('application/json') && raw.body !== ''
      return { status: raw.statusCode, body: isJson ? raw.json() : {}, raw }
    },
    async close() {
      await api.close()
      if (!warehouse) await client.close()
      await database.drop()
    },
  }
}

/** A project space with an admin, a reader, a worker and two keys; `suffix` keeps those of two apart. */
export async function createPeople({ ask }: ApiScenario, domain: string) {
  const post = async (url: string, body: Record<string, unknown>) => {
    const answer = await ask({ method: 'POST', url, as: OPERATOR, body })
    if (answer.status >= 300) throw new Error(`${url}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  await post('/api/admin/domains', { domain, title: `Title of ${domain}`, timezone: 'Asia/Kathmandu' })
  const email = (role: string) => `${role}@${domain}.example.org`
  for (const role of ['admin', 'reader']) {
    await post('/api/admin/users', { email: email(role), domain, role, password: PASSWORD })
  }
  const base = `/api/admin/domains/${domain}`
  const worker = await post(`${base}/workers`, {
    username: `Asha-${domain}`,
    password: PASSWORD,
    first_name: 'Asha',
  })
  const adminKey = await post(`${base}/keys`, { name: 'admin-key', role: 'admin' })
  const readerKey = await post(`${base}/keys`, { name: 'reader-key' })
  const signedIn = async (role: string) => {
    const answer = await ask({
      method: 'POST',
      url: '/api/session',
      body: { email: email(role), password: PASSWORD },
    })
    return String(answer.raw.headers['set-cookie']).split(';', 1)[0] ?? ''
  }
  return {
    domain,
    workerId: String(worker.user_id),
    credentials: {
      admin: { as: basic(email('admin')) },
      reader: { as: basic(email('reader')) },
      adminCookie: { cookie: await signedIn('admin') },
      readerCookie: { cookie: await signedIn('reader') },
      worker: { as: basic(`asha-${domain}`) },
      workerFull: { as: basic(`asha-${domain}@${domain}.commcarehq.org`) },
      adminKey: { as: `ApiKey admin-key:${String(adminKey.key)}` },
      readerKey: { as: `ApiKey reader-key:${String(readerKey.key)}` },
      operator: { as: OPERATOR },
    },
  } as const
}
export type People = Awaited<ReturnType<typeof createPeople>>
