/** Where objects lie. Directory and S3 answer the same way: one suite of tests runs on both. */

export interface ListedObject {
  readonly name: string
  readonly bytes: number
  readonly modifiedAt: Date
}

export interface ByteRange {
  readonly offset: number
  /** At least 1. */
  readonly bytes: number
}

/**
 * Every function throws INGEST_ARCHIVE_STORE_UNREACHABLE when the store is away or full, and …_STORE_REFUSED when it does not
 * let us in.
 */
export interface ObjectStore {
  /** For people; holds no secret. */
  readonly place: string
  /** When it returns, the object is whole and outlives a power cut; before, nobody sees it. */
  put(name: string, bytes: Uint8Array): Promise<void>
  /**
   * The whole object, or exactly these bytes of it, by one request.
   * @throws INGEST_ARCHIVE_OBJECT_MISSING, INGEST_ARCHIVE_MEMBER_DAMAGED when it is shorter
   */
  read(name: string, range?: ByteRange): Promise<Buffer>
  /** Every object whose name begins so, in no order; one page of it in memory at a time. */
  list(prefix: string): AsyncIterable<ListedObject>
  /** One that is not there is deleted already. */
  delete(name: string): Promise<void>
  close(): void
}

const NAME = /^(?!\.{1,2}(\/|$))[a-z0-9._-]+(\/(?!\.{1,2}(\/|$))[a-z0-9._-]+)*$/

/** Names are made by us; a wrong one is a bug that must not leave the folder. */
export function checkName(name: string): string {
  if (!NAME.test(name)) throw new Error('an object of the archive cannot have this name')
  return name
}
