/** With nothing running: the databases are started in this process, asked, and stopped again. */
import { randomBytes, randomUUID } from 'node:crypto'
import { createApi } from '#api/index.ts'
import { createLog, createPostgres, createWarehouseClient, Secret, type Log } from '#infra/platform/index.ts'
import type { LoaderOptions } from '#warehouse/index.ts'
import { prepareDataDir, type DataDir } from '../data-dir/data-dir.ts'
import { takeLock } from '../data-dir/lock.ts'
import { ensureSecrets, type PlatformSecrets } from '../data-dir/secrets.ts'
import { openArchive } from '../roles/archive.ts'
import { ArchiveKeys } from '../roles/config.ts'
import { toArchiveEnvironment } from '../supervisor/role-environment.ts'
import { keepPostgres } from '../supervisor/postgres-keeper.ts'
import type { ApiCaller } from './caller.ts'

export interface InProcessOptions {
  readonly dataDir: string
  readonly env: NodeJS.ProcessEnv
  readonly engine: boolean
}

type Closer = () => Promise<void> | void

/** @throws UP_DATA_IN_USE and what the databases throw; nothing is left running then */
export async function createInProcessCaller({
  dataDir: path,
  env,
  engine,
}: InProcessOptions): Promise<ApiCaller> {
  const closers: Closer[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer()
  }
  try {
    const dataDir = prepareDataDir(path)
    closers.push(takeLock(dataDir, 'command'))
    const secrets = ensureSecrets(dataDir, () => randomBytes(32).toString('base64url'))
    const log = createLog({ name: 'casehouse', level: 'error' })
    const kept = await keepPostgres({
      folder: dataDir.postgres,
      externalUrl: env.DATABASE_URL,
      log,
      tell: (line) => process.stderr.write(`${line}\n`),
    })
    closers.push(() => kept.stop())
    const postgres = createPostgres({ url: kept.url, applicationName: 'casehouse-command' })
    closers.push(() => postgres.close())
    const warehouse = await openWarehouse({ dataDir, env, engine, secrets, log, closers })
    // What the command sends into the stream arrives before it ends, where it waits for that.
    if (engine) closers.push(await runLoader({ postgres, warehouse, log }))
    const archive = await openArchive(ArchiveKeys.parse(toArchiveEnvironment(env, dataDir)), {
      postgres,
      log,
    })
    closers.push(() => archive?.close())
    const app = await createApi({
      postgres,
      warehouse,
      log,
      archive,
      operatorToken: secrets.operatorToken,
      dashboardsUrl: null,
      now: () => new Date(),
      instanceId: randomUUID(),
    })
    closers.push(() => app.close())
    const authorization = `Bearer ${secrets.operatorToken.reveal()}`
    return {
      place: dataDir.path,
      async send({ method, path: url, headers, body }) {
        const payload = body === undefined ? {} : { payload: body }
        const answer = await app.inject({ method, url, headers: { ...headers, authorization }, ...payload })
        return { status: answer.statusCode, text: answer.body }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function runLoader(stores: Pick<LoaderOptions, 'postgres' | 'warehouse' | 'log'>): Promise<Closer> {
  const { createLoader } = await import('#warehouse/index.ts')
  const loader = createLoader({ ...stores, now: () => new Date() })
  const ended = loader.run()
  // Told when it is closed, not in the middle of the command.
  ended.catch(() => undefined)
  return async () => {
    await loader.close()
    await ended
  }
}

interface WarehousePlace {
  readonly dataDir: DataDir
  readonly env: NodeJS.ProcessEnv
  readonly engine: boolean
  readonly secrets: PlatformSecrets
  readonly log: Log
  readonly closers: Closer[]
}

/** The client connects only when used, so a command that needs no engine pays nothing for it. */
async function openWarehouse({ dataDir, env, engine, secrets, log, closers }: WarehousePlace) {
  const owner = {
    username: env.CLICKHOUSE_OWNER_USER ?? 'owner',
    password: env.CLICKHOUSE_OWNER_PASSWORD ?? secrets.engineOwnerPassword.reveal(),
  }
  const reader = { username: 'reader', password: secrets.engineReaderPassword.reveal() }
  let url = env.CLICKHOUSE_URL
  if (url === undefined && engine) {
    // Loaded only here: the engine is half a gigabyte, and most commands need none.
    const { startEngine } = await import('#warehouse/index.ts')
    const logins = { owner, reader }
    const running = await startEngine({ path: dataDir.engine, host: '127.0.0.1', port: 0, logins, log })
    closers.push(() => running.close())
    url = running.url
  }
  const client = createWarehouseClient({
    url: url ?? 'http://127.0.0.1:9',
    username: owner.username,
    password: new Secret(owner.password),
    database: env.CLICKHOUSE_DATABASE,
  })
  closers.push(() => client.close())
  if (engine) {
    const { applyWarehouseDdl } = await import('#warehouse/index.ts')
    await applyWarehouseDdl(client)
  }
  return client
}
