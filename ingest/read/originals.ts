import type { Postgres } from '#infra/platform/contract.ts'
import type { ReadMember } from '../archive/read-member.ts'
import { readFingerprints, readVersions, readVersionsOfHours } from './fingerprints.ts'
import type { Fingerprinted } from './fingerprints.ts'
import { readDocumentEvents, repeatDocuments } from './repeat-documents.ts'

interface Asked {
  readonly domain: string
  readonly what: Fingerprinted
  readonly ids: readonly string[]
}

/** What a copy elsewhere is compared with and mended from, forms in the archive too. Without `readMember`, these are refused. */
export function createOriginals(readMember: ReadMember | undefined) {
  return {
    readFingerprints,
    readVersions,
    readVersionsOfHours,
    readDocumentEvents: async (postgres: Postgres, asked: Asked) =>
      readDocumentEvents(postgres, asked, readMember),
    repeatDocuments: async (postgres: Postgres, asked: Asked) => repeatDocuments(postgres, asked, readMember),
  }
}
