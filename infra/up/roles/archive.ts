/** The archive as a role is told of it. */
import type { Log, Postgres, Secret } from '#infra/platform/index.ts'
import { createArchive, openStore, type Archive, type ArchiveSettings } from '#ingest/index.ts'

const SECONDS_PER_MINUTE = 60

/** What `ApiEnv` and `KeeperEnv` have in common. */
export interface ArchiveEnv {
  readonly CASEHOUSE_ARCHIVE_URL?: string | undefined
  readonly CASEHOUSE_ARCHIVE_ENDPOINT?: string | undefined
  readonly CASEHOUSE_ARCHIVE_REGION: string
  readonly CASEHOUSE_ARCHIVE_ACCESS_KEY?: string | undefined
  readonly CASEHOUSE_ARCHIVE_SECRET_KEY?: Secret | undefined
  readonly CASEHOUSE_ARCHIVE_PATH_STYLE: boolean
}

/** Undefined where none is named: forms stay in Postgres. @throws INGEST_ARCHIVE_URL_INVALID */
export async function openArchive(
  env: ArchiveEnv,
  stores: { readonly postgres: Postgres; readonly log: Log; readonly settings?: Partial<ArchiveSettings> },
): Promise<Archive | undefined> {
  const { CASEHOUSE_ARCHIVE_URL: url } = env
  if (url === undefined) return undefined
  const store = await openStore({
    url,
    endpoint: env.CASEHOUSE_ARCHIVE_ENDPOINT,
    region: env.CASEHOUSE_ARCHIVE_REGION,
    accessKeyId: env.CASEHOUSE_ARCHIVE_ACCESS_KEY,
    secretAccessKey: env.CASEHOUSE_ARCHIVE_SECRET_KEY,
    pathStyle: env.CASEHOUSE_ARCHIVE_PATH_STYLE,
  })
  return createArchive({ ...stores, store })
}

/** What a run shall take. At 0 minutes it takes everything at once, every other second, in however small objects: for tests. */
export function toArchiveSettings(minutes: number): Partial<ArchiveSettings> {
  return minutes === 0
    ? { ageSeconds: 0, leastObjectBytes: 0, everySeconds: 2 }
    : { ageSeconds: minutes * SECONDS_PER_MINUTE }
}
