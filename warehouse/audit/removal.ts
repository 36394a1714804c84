/**
 * Rows that Postgres does not know are removed by the loader, the one process that may write: the audit runs beside the API,
 * which only reads, and asks through Postgres. Nothing else can be asked for than documents by name.
 */
import type { PoolClient } from 'pg'
import { z } from 'zod'
import { toLoggedError, type Log, type Postgres, type WarehouseClient } from '#infra/platform/index.ts'
import { AUDITED, type Audited } from './originals.ts'
import { hasDocuments, removeDocuments } from './read-warehouse.ts'

const CHANNEL = 'warehouse_removal'
/** A notification has at most 8,000 bytes, an id at most 255 characters. */
const IDS_PER_NOTIFICATION = 20
const RETRY_MS = 1_000
const LOOK_MS = 50

const Removal = z.object({ domain: z.string(), what: z.enum(AUDITED), ids: z.array(z.string()) })
export interface RemovalAsked {
  readonly domain: string
  readonly what: Audited
  readonly ids: readonly string[]
}
export type Remove = (asked: RemovalAsked) => Promise<void>

/** Asks, and returns when the documents are gone, or after `waitMs`. */
export function createRemovalRequests(options: {
  readonly postgres: Postgres
  readonly warehouse: WarehouseClient
  readonly waitMs: number
}): Remove {
  const { postgres, warehouse, waitMs } = options
  return async ({ domain, what, ids }) => {
    for (let at = 0; at < ids.length; at += IDS_PER_NOTIFICATION) {
      const asked = JSON.stringify({ domain, what, ids: ids.slice(at, at + IDS_PER_NOTIFICATION) })
      await postgres.pool.query('select pg_notify($1, $2)', [CHANNEL, asked])
    }
    const endsAt = performance.now() + waitMs
    while (performance.now() < endsAt) {
      if (!(await hasDocuments(warehouse, { domain, what, ids }))) return
      await new Promise((done) => setTimeout(done, LOOK_MS))
    }
  }
}

export interface Removals {
  listen(): void
  /** Waits for the removal under way. */
  close(): Promise<void>
}

/** Does what is asked, one after the other; connects again when the connection breaks. */
export function createRemovals(options: {
  readonly postgres: Postgres
  readonly warehouse: WarehouseClient
  readonly log: Log
}): Removals {
  const { postgres, warehouse, log } = options
  let client: PoolClient | undefined
  let isClosed = false
  let working: Promise<void> = Promise.resolve()

  async function remove(payload: string): Promise<void> {
    try {
      const asked = Removal.parse(JSON.parse(payload))
      await removeDocuments(warehouse, asked)
      log.info({ domain: asked.domain, what: asked.what, documents: asked.ids.length }, 'documents removed')
    } catch (error) {
      log.warn({ error: toLoggedError(error) }, 'documents not removed')
    }
  }

  function retry(error: unknown): void {
    client?.release(true)
    client = undefined
    if (isClosed) return
    log.warn({ error: toLoggedError(error), channel: CHANNEL }, 'listening broke off')
    setTimeout(() => void connect(), RETRY_MS).unref()
  }

  async function connect(): Promise<void> {
    if (isClosed) return
    try {
      const connected = await postgres.pool.connect()
      client = connected
      connected.once('error', retry)
      connected.on('notification', ({ payload = '' }) => {
        working = working.then(() => remove(payload))
      })
      await connected.query(`listen ${CHANNEL}`)
    } catch (error) {
      retry(error)
    }
  }

  let connecting: Promise<void> = Promise.resolve()
  return {
    listen() {
      connecting = connect()
    },
    close: async () => {
      isClosed = true
      await connecting
      // The connection is thrown away: it would go on listening for whoever gets it next.
      client?.release(true)
      client = undefined
      await working
    },
  }
}
