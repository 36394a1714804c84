/** The archive put together: reading for whoever shows a form, keeping and care for one process at a time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem, toLoggedError } from '#infra/platform/index.ts'
import type { Log, Metrics, Postgres } from '#infra/platform/index.ts'
import { beginRun, endRun, failRun, rememberVerification } from './archive-state.ts'
import { collectGarbage } from './care/collect-garbage.ts'
import type { CollectedGarbage } from './care/collect-garbage.ts'
import { verifyArchive } from './care/verify-archive.ts'
import type { ArchiveVerification, VerifyOptions } from './care/verify-archive.ts'
import { exclusively } from './exclusive.ts'
import { archiveBatch } from './keep/archive-batch.ts'
import type { ArchivedBatch } from './keep/archive-batch.ts'
import { readWaitingDomains } from './keep/read-waiting.ts'
import { measureArchive } from './measure-archive.ts'
import type { ArchiveMeter } from './measure-archive.ts'
import { createMemberReader } from './read-member.ts'
import type { ReadMember } from './read-member.ts'
import { ARCHIVE_SETTINGS } from './settings.ts'
import type { ArchiveSettings } from './settings.ts'
import { claimStore } from './store/claim-store.ts'
import type { ObjectStore } from './store/object-store.ts'

export interface ArchiveRun {
  readonly forms: number
  readonly attachments: number
  readonly objects: number
  readonly bytes: number
  /** XML and attachments before compression. */
  readonly raw_bytes: number
}

export interface Archive {
  readonly readMember: ReadMember
  /**
   * Archives what is due, domain by domain, oldest first.
   * @throws INGEST_ARCHIVE_BUSY, INGEST_ARCHIVE_STORE_FOREIGN, and what the store throws; what was committed before stays archived
   */
  run(more?: Partial<ArchiveSettings>, signal?: AbortSignal): Promise<ArchiveRun>
  /** @throws as `run` */
  collectGarbage(more?: Partial<ArchiveSettings>): Promise<CollectedGarbage>
  /** @throws INGEST_ARCHIVE_BUSY, and what the store throws */
  verify(options?: Pick<VerifyOptions, 'onProgress' | 'signal'>): Promise<ArchiveVerification>
  /** Runs and collects by itself from now on. @returns stops it, after the batch under way */
  start(metrics?: Metrics): () => Promise<void>
  close(): void
}

export interface ArchiveOptions {
  readonly postgres: Postgres
  readonly store: ObjectStore
  readonly log: Log
  readonly settings?: Partial<ArchiveSettings> | undefined
}

const NOTHING: ArchiveRun = { forms: 0, attachments: 0, objects: 0, bytes: 0, raw_bytes: 0 }

const plus = (run: ArchiveRun, batch: ArchivedBatch): ArchiveRun => ({
  forms: run.forms + batch.forms,
  attachments: run.attachments + batch.attachments,
  objects: run.objects + batch.objects,
  bytes: run.bytes + batch.bytes,
  raw_bytes: run.raw_bytes + batch.rawBytes,
})

/** Opens nothing yet. Owns the store, not the pool. */
export function createArchive(options: ArchiveOptions): Archive {
  const { postgres, store, log } = options
  const settings = { ...ARCHIVE_SETTINGS, ...options.settings }

  /** What a run that fails has to tell is told in the status too. */
  async function asRun<T>(work: () => Promise<T>): Promise<T> {
    return exclusively(postgres, async () => {
      const archiveId = await beginRun(postgres)
      try {
        await claimStore({ postgres, store }, archiveId)
        const result = await work()
        await endRun(postgres)
        return result
      } catch (error) {
        meter?.failed()
        await failRun(postgres, error)
        throw error
      }
    })
  }

  let meter: ArchiveMeter | undefined
  async function runAll(own: ArchiveSettings, signal: AbortSignal | undefined): Promise<ArchiveRun> {
    let run = NOTHING
    const isStopped = (): boolean => signal?.aborted === true
    for (const domain of await readWaitingDomains(postgres)) {
      while (!isStopped()) {
        const batch = await archiveBatch({ postgres, store, settings: own, signal }, domain)
        if (batch === null) break
        run = plus(run, batch)
        meter?.archived(batch)
        log.info({ domain, ...batch }, 'forms archived')
        if (!batch.hasMore) break
      }
    }
    return run
  }

  const archive: Archive = {
    readMember: createMemberReader({ postgres, store }),
    run: async (more, signal) => asRun(() => runAll({ ...settings, ...more }, signal)),
    collectGarbage: async (more) =>
      asRun(() => collectGarbage({ postgres, store, settings: { ...settings, ...more } })),
    verify: async (more) =>
      exclusively(postgres, async () => {
        const verification = await verifyArchive({ postgres, store, settings, ...more })
        await rememberVerification(postgres, verification.faults_total)
        return verification
      }),
    start(metrics) {
      meter = metrics && measureArchive(metrics, postgres)
      return startArchiving(archive, settings, log)
    },
    close: () => store.close(),
  }
  return archive
}

const HOUR_MS = 3_600_000

function startArchiving(archive: Archive, settings: ArchiveSettings, log: Log): () => Promise<void> {
  const stopped = new AbortController()
  const { signal } = stopped
  let collectedAt = -HOUR_MS
  const tryOnce = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      // Another process is at it; and what passes is tried again. Forms stay in Postgres meanwhile.
      if (error instanceof Problem && error.code === 'INGEST_ARCHIVE_BUSY') return
      log.warn({ error: toLoggedError(error) }, 'archive not written')
    }
  }
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await tryOnce(() => archive.run({}, signal))
      if (performance.now() - collectedAt > HOUR_MS && !signal.aborted) {
        collectedAt = performance.now()
        await tryOnce(() => archive.collectGarbage())
      }
      await sleep(settings.everySeconds * 1_000, undefined, { signal }).catch(() => undefined)
    }
  }
  const running = loop()
  return async () => {
    stopped.abort()
    await running
  }
}
