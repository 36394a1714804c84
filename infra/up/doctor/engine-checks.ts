/** What `doctor` asks of the engines and of a running platform. */
import { createRequire } from 'node:module'
import { createLog, createPostgres, Problem, Secret } from '#infra/platform/index.ts'
import { callJson, type ApiCaller } from '../caller/caller.ts'
import { readHealth } from '../caller/find-platform.ts'
import type { DataDir } from '../data-dir/data-dir.ts'
import { keepPostgres, migrateAll } from '../supervisor/postgres-keeper.ts'
import { fail, ok, warn, type Finding } from './checks.ts'

const reason = (error: unknown): string => (error instanceof Problem ? error.message : String(error))

/** The engine's library is there for this machine. It is not loaded: that takes a second and half a gigabyte. */
export function checkEngineLibrary(): Finding {
  try {
    createRequire(import.meta.url).resolve('chdb')
    return ok('engine library', 'installed')
  } catch {
    return fail('engine library', 'The package chdb is missing. Remove node_modules and run npm ci.')
  }
}

/** With nothing running: starts the embedded Postgres, migrates, stops it. */
export async function checkStoppedPostgres(dataDir: DataDir, env: NodeJS.ProcessEnv): Promise<Finding> {
  try {
    const log = createLog({ name: 'doctor', level: 'silent' })
    const options = { folder: dataDir.postgres, externalUrl: env.DATABASE_URL, log, tell: () => undefined }
    const kept = await keepPostgres(options)
    const version = await readVersion(kept.url).finally(() => kept.stop())
    return ok('postgres', `starts and answers (${version}), its tables are current`)
  } catch (error) {
    return fail('postgres', reason(error))
  }
}

export async function checkRunningPostgres(url: Secret): Promise<Finding> {
  try {
    const applied = await migrateAll(url)
    const version = await readVersion(url)
    if (applied.length > 0)
      return warn('postgres', `${version}; ${applied.length} migrations were missing and are applied`)
    return ok('postgres', `answers (${version}), its tables are current`)
  } catch (error) {
    return fail('postgres', reason(error))
  }
}

async function readVersion(url: Secret): Promise<string> {
  const postgres = createPostgres({ url, maxConnections: 1 })
  try {
    const { rows } = await postgres.pool.query<{ server_version: string }>('show server_version')
    return `PostgreSQL ${rows[0]?.server_version ?? 'unknown'}`
  } finally {
    await postgres.close()
  }
}

/**
 * What the platform says of itself.
 * @param logs where to look for why not
 */
export async function checkHealth(url: string, logs: string): Promise<Finding> {
  const health = await readHealth(url)
  if (health?.status === 200) return ok('health', `${url} serves`)
  const missing = Array.isArray(health?.body.missing) ? health.body.missing.join(', ') : 'no answer'
  return fail('health', `${url} does not serve: ${missing}. Look into ${logs} for why.`)
}

const LONGEST_LAG_SECONDS = 30

export async function checkFeed(caller: ApiCaller): Promise<readonly Finding[]> {
  try {
    const answer = await callJson(caller, 'GET', '/api/admin/feed')
    const consumers = Array.isArray(answer.consumers)
      ? (answer.consumers as readonly Record<string, unknown>[])
      : []
    const lag = Math.max(0, ...consumers.map((consumer) => Number(consumer.lag_seconds ?? 0)))
    const parked = consumers.reduce((sum, consumer) => sum + Number(consumer.parked_events ?? 0), 0)
    return [
      lag > LONGEST_LAG_SECONDS
        ? warn(
            'feed',
            `Reports are ${Math.round(lag)} s behind. If that does not fall, look into the loader's log.`,
          )
        : ok('feed', `reports are ${lag.toFixed(1)} s behind`),
      parked > 0
        ? warn(
            'parked events',
            `${parked} events could not be used. Once the cause is mended: casehouse feed replay`,
          )
        : ok('parked events', 'none'),
    ]
  } catch (error) {
    return [fail('feed', reason(error))]
  }
}
