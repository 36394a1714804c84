/** Two receivers over one database, with and without rates, and two project spaces that share it. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startPostgres } from '#infra/embedded/index.ts'
import { createLog, createPostgres, migrate } from '#infra/platform/index.ts'
import { forkServer, ROOT, type ForkedServer } from '../bench/forked-server.ts'

export interface FairnessPlace {
  /** Rates as set below: each space has its share, all together the sum. */
  readonly withRates: ForkedServer
  /** Only the lane's turns. */
  readonly withoutRates: ForkedServer
}

export const CALM = 'calm'
export const NOISY = 'noisy'

function toLimits(share: number): Readonly<Record<string, number | null>> {
  const none = ['minute', 'hour', 'day', 'week'].flatMap((window) => [
    [`submission.global.${window}`, null] as const,
    [`submission.baseline.${window}`, null] as const,
  ])
  return {
    ...Object.fromEntries(none),
    'submission.global.second': 2 * share,
    'submission.baseline.second': share,
  }
}

/** @param share forms a second of each project space */
export async function withFairnessPlace<Result>(
  folder: string,
  share: number,
  work: (place: FairnessPlace) => Promise<Result>,
): Promise<Result> {
  const log = createLog({ name: 'bench', level: 'warn' })
  const server = await startPostgres({ dataDir: join(folder, 'pg'), log })
  const postgres = createPostgres({ ...server.connection, maxConnections: 2 })
  try {
    await migrate(postgres, [ROOT])
    await postgres.pool.query('insert into tenants.domains (domain, title) values ($1, $1), ($2, $2)', [
      CALM,
      NOISY,
    ])
    await postgres.pool.query('insert into tenants.platform_limits (limits) values ($1)', [
      JSON.stringify(toLimits(share)),
    ])
    const { password, ...connection } = server.connection
    const env = {
      BENCH_POSTGRES: JSON.stringify(connection),
      BENCH_PASSWORD: password?.reveal() ?? '',
      BENCH_TOKEN: randomBytes(16).toString('hex'),
    }
    const script = 'infra/load/intake/server.ts'
    const withRates = await forkServer(script, { ...env, BENCH_LIMITS: 'laptop' })
    const withoutRates = await forkServer(script, { ...env, BENCH_LIMITS: 'off' })
    return await work({ withRates, withoutRates }).finally(() =>
      Promise.all([withRates.stop(), withoutRates.stop()]),
    )
  } finally {
    await postgres.close()
    await server.stop()
  }
}
