/** The real platform, with project spaces to send to and a key to sign in with. */
import {
  createPostgres,
  createWarehouseClient,
  type Postgres,
  type Secret,
  type WarehouseClient,
} from '#infra/platform/index.ts'
import { startPlatform } from '../../e2e/platform.ts'
import { callJson, type ApiCaller } from '../../up/caller/caller.ts'
import { toDataDir } from '../../up/data-dir/data-dir.ts'
import { findSecrets } from '../../up/data-dir/secrets.ts'
import { findPlatformFile } from '../../up/data-dir/state.ts'
import { say } from './report.ts'

export interface LoadPlatform {
  readonly url: string
  /** The supervisor, whose descendants are all that belongs to the platform. */
  readonly pid: number
  readonly domains: readonly string[]
  /** Of a program that reads and writes in the first project space. */
  readonly authorization: string
  readonly caller: ApiCaller
  readonly postgres: Postgres
  /** As the pages read: it may only select. */
  readonly warehouse: WarehouseClient
  /** As the loader writes. */
  readonly engineOwner: WarehouseClient
  stop(): Promise<void>
}

export interface LoadPlatformOptions {
  readonly domainCount?: number
  /** The preset of rate limits; `off` measures what the machine does. */
  readonly limits?: string
}

const CREATED_AT_ONCE = 8

/** Project spaces are `load-0001` and so on. */
export async function startLoadPlatform({
  domainCount = 1,
  limits = 'off',
}: LoadPlatformOptions = {}): Promise<LoadPlatform> {
  const running = await startPlatform({ CASEHOUSE_LIMITS: limits })
  // A benchmark that is interrupted leaves no platform behind.
  const stopEarly = (): void => void running.stop().finally(() => process.exit(1))
  process.once('SIGINT', stopEarly).once('SIGTERM', stopEarly)
  try {
    const domains = Array.from(
      { length: domainCount },
      (_, index) => `load-${String(index + 1).padStart(4, '0')}`,
    )
    await createDomains(running.caller, domains)
    const clients = openClients(running.data)
    return {
      url: running.url,
      domains,
      authorization: await createKey(running.caller, 'load-0001'),
      caller: running.caller,
      ...clients,
      async stop() {
        // A process that had to be started again in the middle explains what is odd about the figures.
        for (const line of running.said().split('\n')) if (line.includes('starting it again')) say(line)
        await clients.warehouse.close()
        await clients.engineOwner.close()
        await clients.postgres.close()
        process.off('SIGINT', stopEarly).off('SIGTERM', stopEarly)
        await running.stop()
      },
    }
  } catch (error) {
    await running.stop()
    throw error
  }
}

async function createDomains(caller: ApiCaller, domains: readonly string[]): Promise<void> {
  const waiting = [...domains]
  const lane = async (): Promise<void> => {
    for (let domain = waiting.shift(); domain !== undefined; domain = waiting.shift())
      await callJson(caller, 'POST', '/api/admin/domains', { domain, title: domain })
  }
  await Promise.all(Array.from({ length: CREATED_AT_ONCE }, lane))
}

async function createKey(caller: ApiCaller, domain: string): Promise<string> {
  const { key } = await callJson(caller, 'POST', `/api/admin/domains/${domain}/keys`, {
    name: 'load',
    role: 'admin',
  })
  return `ApiKey load:${String(key)}`
}

function openClients(data: string): Pick<LoadPlatform, 'pid' | 'postgres' | 'warehouse' | 'engineOwner'> {
  const dataDir = toDataDir(data)
  const [file, secrets] = [findPlatformFile(dataDir), findSecrets(dataDir)]
  if (!file?.database_url || !file.engine_url || !secrets)
    throw new Error('A benchmark needs a platform with engines of its own.')
  const { engine_url: url } = file
  const toClient = (username: string, password: Secret): WarehouseClient =>
    createWarehouseClient({ url, username, password })
  return {
    pid: file.pid,
    postgres: createPostgres({ url: file.database_url, maxConnections: 2, applicationName: 'bench' }),
    warehouse: toClient('reader', secrets.engineReaderPassword),
    engineOwner: toClient('owner', secrets.engineOwnerPassword),
  }
}
