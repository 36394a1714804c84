/** The refusals of the archive. Codes are append-only. None carries a value that a person typed. */
import { problem } from '#infra/platform/problem.ts'

export const storeUrlInvalid = problem(
  'INGEST_ARCHIVE_URL_INVALID',
  'invalid',
  () =>
    'CASEHOUSE_ARCHIVE_URL must be file:///FOLDER or s3://BUCKET or s3://BUCKET/PREFIX, with letters, digits, dots, hyphens and underscores.',
)
export const storeAbsent = problem(
  'INGEST_ARCHIVE_STORE_ABSENT',
  'unavailable',
  () => 'This needs the archive, and this process was not told where that is. Set CASEHOUSE_ARCHIVE_URL.',
)
export const storeUnreachable = problem(
  'INGEST_ARCHIVE_STORE_UNREACHABLE',
  'unavailable',
  (d: { place: string; code: string }) =>
    `The archive at ${d.place} does not answer (${d.code}). See whether it runs, and has room; forms go on coming in meanwhile.`,
)
export const storeRefused = problem(
  'INGEST_ARCHIVE_STORE_REFUSED',
  'unavailable',
  (d: { place: string; code: string }) =>
    `The archive at ${d.place} refuses us (${d.code}). Check the bucket, the access key and what it may do.`,
)
export const storeForeign = problem(
  'INGEST_ARCHIVE_STORE_FOREIGN',
  'conflict',
  (d: { place: string }) =>
    `What lies at ${d.place} is not the archive of this platform: it belongs to another one, or was emptied. Nothing is written or removed there; check CASEHOUSE_ARCHIVE_URL.`,
)
export const archiveBusy = problem(
  'INGEST_ARCHIVE_BUSY',
  'conflict',
  () => 'Another process archives, collects garbage or verifies at this moment. Try again when it has ended.',
)

export interface MemberDetails extends Readonly<Record<string, unknown>> {
  readonly object: string
  readonly offset: number
}

export const objectMissing = problem(
  'INGEST_ARCHIVE_OBJECT_MISSING',
  'bug',
  (d: { object: string }) =>
    `The archive has no object ${d.object}, which forms are kept in. Bring it back from a copy of the archive; casehouse archive verify lists what is missing.`,
)
export const memberDamaged = problem(
  'INGEST_ARCHIVE_MEMBER_DAMAGED',
  'bug',
  (d: MemberDetails & { what: string }) =>
    `What the archive holds at byte ${d.offset} of ${d.object} is damaged (${d.what}). Bring the object back from a copy of the archive; casehouse archive verify lists the damage.`,
)
export const formatUnknown = problem(
  'INGEST_ARCHIVE_FORMAT_UNKNOWN',
  'bug',
  (d: MemberDetails & { found: number }) =>
    `Object ${d.object} has at byte ${d.offset} a format (${d.found}) that this program does not know. Use the program that wrote it, or a newer one.`,
)
