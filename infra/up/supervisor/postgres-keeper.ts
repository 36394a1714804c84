/** Keeps Postgres alive: the embedded one is started again when it crashes; one at DATABASE_URL is somebody else's. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres, type RunningPostgres } from '#infra/embedded/index.ts'
import { createPostgres, migrate, Secret } from '#infra/platform/index.ts'
import type { Log } from '#infra/platform/contract.ts'
import { ROOT } from '../root.ts'
import { createBackoff } from './backoff.ts'

export interface KeptPostgres {
  readonly url: Secret
  readonly isEmbedded: boolean
  stop(): Promise<void>
}

export interface PostgresKeeperOptions {
  readonly folder: string
  /** DATABASE_URL, when there is one. */
  readonly externalUrl: string | undefined
  readonly log: Log
  readonly tell: (line: string) => void
}

/** Starts it, or only names it, and brings its tables up to date. */
export async function keepPostgres(options: PostgresKeeperOptions): Promise<KeptPostgres> {
  const kept =
    options.externalUrl === undefined ? await keepEmbedded(options) : toExternal(options.externalUrl)
  try {
    await migrateAll(kept.url)
    return kept
  } catch (error) {
    await kept.stop()
    throw error
  }
}

function toExternal(url: string): KeptPostgres {
  return { url: new Secret(url), isEmbedded: false, stop: async () => undefined }
}

async function keepEmbedded({ folder, log, tell }: PostgresKeeperOptions): Promise<KeptPostgres> {
  let running = await startPostgres({ dataDir: folder, log })
  const { url } = running
  const stopping = new AbortController()
  const keeping = keep()

  async function keep(): Promise<void> {
    const backoff = createBackoff()
    for (;;) {
      const startedAt = performance.now()
      const { code, signal } = await running.exited
      if (stopping.signal.aborted) return
      const waitMs = backoff.next(performance.now() - startedAt)
      tell(`postgres ended (${signal ?? `exit code ${code}`}); starting it again in ${waitMs / 1000} s`)
      await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      await running.stop()
      const restarted = await restart()
      if (restarted) {
        running = restarted
        tell('postgres is back')
      }
    }
  }

  async function restart(): Promise<RunningPostgres | undefined> {
    try {
      return await startPostgres({ dataDir: folder, log })
    } catch (error) {
      // `running` stays the dead one, so the loop waits longer and tries again.
      log.error({ err: error }, 'postgres not restarted')
      return undefined
    }
  }

  return {
    url,
    isEmbedded: true,
    async stop() {
      stopping.abort()
      await running.stop()
      await keeping
    },
  }
}

/** All rooms' tables. */
export async function migrateAll(url: Secret): Promise<readonly string[]> {
  const postgres = createPostgres({ url, applicationName: 'casehouse-migrate', maxConnections: 2 })
  try {
    return (await migrate(postgres, [ROOT])).applied
  } finally {
    await postgres.close()
  }
}
