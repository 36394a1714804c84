/** The one connection of an active consumer: it holds the advisory lock that makes it the only one, and listens. */
import type { PoolClient } from 'pg'
import type { Postgres } from '../contract.ts'
import { FEED_CHANNEL } from './append-events.ts'
import { consumerLockLost } from './problems.ts'

const LOCK_SPACE = 72_036

export interface Session {
  readonly client: PoolClient
  /** @throws PLATFORM_FEED_CONNECTION_LOST */
  check(): void
  /** Returns after `timeoutMs`, or at once when a commit, the loss of the connection or `wake` comes or came before. */
  sleep(timeoutMs: number): Promise<void>
  wake(): void
  close(): void
}

/** Undefined when another instance is active. */
export async function openSession(postgres: Postgres, consumer: string): Promise<Session | undefined> {
  const client = await postgres.pool.connect()
  try {
    const { rows } = await client.query<{ held: boolean }>(
      'select pg_try_advisory_lock($1, hashtext($2)) as held',
      [LOCK_SPACE, consumer],
    )
    if (rows[0]?.held !== true) {
      client.release()
      return undefined
    }
    await client.query(`listen ${FEED_CHANNEL}`)
    return watch(client, consumer)
  } catch (error) {
    client.release(true)
    throw error
  }
}

function watch(client: PoolClient, consumer: string): Session {
  let isLost = false
  let isWoken = false
  let wakeSleeper: (() => void) | undefined
  const wake = (): void => {
    isWoken = true
    wakeSleeper?.()
  }
  const lose = (): void => {
    isLost = true
    wake()
  }
  client.on('notification', wake)
  client.on('error', lose)
  client.on('end', lose)
  return {
    client,
    wake,
    check: () => {
      if (isLost) throw consumerLockLost({ consumer })
    },
    sleep: async (timeoutMs) => {
      if (!isWoken) {
        await new Promise<void>((done) => {
          const timer = setTimeout(done, timeoutMs)
          wakeSleeper = () => {
            clearTimeout(timer)
            done()
          }
        })
        wakeSleeper = undefined
      }
      isWoken = false
    },
    close: () => {
      client.off('notification', wake)
      // Ends the session, which gives up the lock whatever state it is in.
      client.release(true)
    },
  }
}
