/** A platform's ingest with an archive of its own, on either store. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '#infra/platform/index.ts'
import { createArchive, createDirectoryStore } from '../../index.ts'
import type { Archive, ObjectStore, ReadMember } from '../../index.ts'
import { createIngestScenario } from '../../test/scenario.ts'
import type { IngestScenario } from '../../test/scenario.ts'
import { createCountingStore } from './counting-store.ts'
import type { CountingStore } from './counting-store.ts'

export interface ArchivePlace {
  readonly scenario: IngestScenario
  readonly archive: Archive
  readonly store: CountingStore
  /** Of the objects, when they are in a folder. */
  readonly folder: string
  close(): Promise<void>
}

export const log = createLog({ name: 'test', level: 'silent' })

/** @param given left out: a folder of its own. */
export async function createArchivePlace(given?: ObjectStore): Promise<ArchivePlace> {
  const parent = await mkdtemp(join(tmpdir(), 'casehouse-archive-'))
  const folder = join(parent, 'archive')
  const store = createCountingStore(given ?? createDirectoryStore(folder))
  const opened: { archive?: Archive } = {}
  const readMember: ReadMember = async (asked) => {
    if (opened.archive === undefined) throw new Error('the archive is not there yet')
    return opened.archive.readMember(asked)
  }
  const scenario = await createIngestScenario({ readMember })
  const archive = createArchive({ postgres: scenario.database.postgres, store, log })
  opened.archive = archive
  return {
    scenario,
    archive,
    store,
    folder,
    async close() {
      await scenario.close()
      await rm(parent, { recursive: true, force: true })
    },
  }
}
