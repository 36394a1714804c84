/** What the audit asks of those who hold the truth. Given by the caller: rooms meet there, and not here. */
import type { NewEvent, Postgres } from '#infra/platform/index.ts'

/** Kinds of documents that Postgres holds too. */
export const AUDITED = ['forms', 'cases', 'workers'] as const
export type Audited = (typeof AUDITED)[number]
/** Those that are told apart by the hour in which they last changed place. */
export type AuditedByHour = Exclude<Audited, 'workers'>

/** `hour`: `2024-03-01T08`, UTC. `checksum`: xor over the first 60 bits of md5(`id:version`), as decimal text. */
export interface HourFingerprint {
  readonly hour: string
  readonly documents: number
  readonly checksum: string
}

export interface DocumentVersion {
  readonly id: string
  readonly version: number
}

interface AskedById {
  readonly domain: string
  readonly what: AuditedByHour
  readonly ids: readonly string[]
}

/** What `#ingest/index.ts` and `#tenants/index.ts` export under these names. */
export interface Originals {
  readFingerprints(
    postgres: Postgres,
    domain: string,
    what: AuditedByHour,
    since?: string,
  ): Promise<readonly HourFingerprint[]>
  readVersionsOfHours(
    postgres: Postgres,
    asked: { readonly domain: string; readonly what: AuditedByHour; readonly hours: readonly string[] },
  ): Promise<readonly DocumentVersion[]>
  readVersions(postgres: Postgres, asked: AskedById): Promise<readonly DocumentVersion[]>
  /** The events that tell of documents as they are held; of a case one a version, oldest first. */
  readDocumentEvents(postgres: Postgres, asked: AskedById): Promise<readonly NewEvent[]>
  /** Sends those events into the stream. @returns the ids it knew. */
  repeatDocuments(postgres: Postgres, asked: AskedById): Promise<readonly string[]>
  readWorkerVersions(postgres: Postgres, domain: string): Promise<readonly DocumentVersion[]>
  readWorkerEvents(
    postgres: Postgres,
    domain: string,
    userIds: readonly string[],
  ): Promise<readonly NewEvent[]>
  repeatWorkers(postgres: Postgres, domain: string, userIds: readonly string[]): Promise<readonly string[]>
}
