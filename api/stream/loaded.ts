/** One LISTEN connection of this process, fanned out to everybody who follows a domain. */
import type { PoolClient } from 'pg'
import { z } from 'zod'
import type { Log, Postgres } from '#infra/platform/index.ts'
import { LOADED_CHANNEL } from '#warehouse/contract.ts'
import type { StreamTick } from '../contract.ts'

const RETRY_MS = 1_000

const Loaded = z.object({
  domains: z.record(z.string(), z.object({ forms: z.number().default(0), cases: z.number().default(0) })),
  as_of: z.string().nullable().default(null),
})

export type Follower = (tick: StreamTick) => void

export interface LoadedNews {
  /** @returns how to stop. */
  follow(domain: string, follower: Follower): () => void
  close(): void
}

/** Listens from the first follower on; connects again when the connection breaks, as long as it is not closed. */
export function createLoadedNews({ postgres, log }: { postgres: Postgres; log: Log }): LoadedNews {
  const followers = new Map<string, Set<Follower>>()
  let client: PoolClient | undefined
  let state: 'idle' | 'listening' | 'closed' = 'idle'

  function tell(payload: string | undefined): void {
    const parsed = Loaded.safeParse(JSON.parse(payload ?? '{}'))
    if (!parsed.success) {
      log.warn({ channel: LOADED_CHANNEL }, 'notification not understood')
      return
    }
    for (const [domain, { forms, cases }] of Object.entries(parsed.data.domains)) {
      for (const follower of followers.get(domain) ?? []) follower({ as_of: parsed.data.as_of, forms, cases })
    }
  }

  function retry(err: unknown): void {
    client?.release(true)
    client = undefined
    if (state === 'closed') return
    log.warn({ err, channel: LOADED_CHANNEL }, 'listening broke off')
    setTimeout(() => void listen(), RETRY_MS).unref()
  }

  async function listen(): Promise<void> {
    try {
      const connected = await postgres.pool.connect()
      if (isClosed()) {
        connected.release()
        return
      }
      client = connected
      connected.once('error', retry)
      connected.on('notification', ({ payload }) => tell(payload))
      await connected.query(`listen ${LOADED_CHANNEL}`)
    } catch (error) {
      retry(error)
    }
  }

  const isClosed = (): boolean => state === 'closed'

  return {
    follow(domain, follower) {
      if (state === 'idle') {
        state = 'listening'
        void listen()
      }
      const ofDomain = followers.get(domain) ?? new Set()
      followers.set(domain, ofDomain.add(follower))
      return () => {
        ofDomain.delete(follower)
        if (ofDomain.size === 0) followers.delete(domain)
      }
    },
    close() {
      state = 'closed'
      // The connection is thrown away: it would go on listening for whoever gets it next.
      client?.release(true)
      client = undefined
    },
  }
}
