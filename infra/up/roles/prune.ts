/** Keeps the outbox from growing for ever. */
import { pruneOutbox, toLoggedError, type Log, type Postgres } from '#infra/platform/index.ts'

const HOUR_MS = 3_600_000
/** What every consumer has and is older goes; younger events stay, for repairs and for a consumer that is set back. */
const KEEP_HOURS = 24

export interface PruningOptions {
  readonly postgres: Postgres
  readonly log: Log
  readonly everyMs?: number | undefined
  readonly keepHours?: number | undefined
}

/** Soon after the start, and every hour; a failure is told and tried again at the next. @returns stops it. */
export function startPruning({
  postgres,
  log,
  everyMs = HOUR_MS,
  keepHours = KEEP_HOURS,
}: PruningOptions): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  const prune = async () => {
    try {
      const { deletedEvents } = await pruneOutbox(postgres, { keepHours })
      if (deletedEvents > 0) log.info({ deleted_events: deletedEvents }, 'outbox pruned')
    } catch (error) {
      log.warn({ error: toLoggedError(error) }, 'outbox not pruned')
    }
  }
  const timer = setInterval(() => {
    running = running.then(prune)
  }, everyMs)
  running = prune()
  return async () => {
    clearInterval(timer)
    await running
  }
}
