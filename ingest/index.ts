/** Ingest: forms in, cases kept, both read back. Everything that other rooms call. */
export { createIngestReads } from './read/reads.ts'
export type { IngestReads } from './read/reads.ts'
export { toFormName } from './read/form-names.ts'
export type { FormVersion, StoredFile } from './read/form-reads.ts'
export type { CaseStep, LedgerValue, TouchedCase } from './read/case-reads.ts'
export type { RelatedCase, RelatedCases } from './read/related-cases.ts'
export { FINGERPRINTED, readFingerprints, readVersions, readVersionsOfHours } from './read/fingerprints.ts'
export type { DocumentVersion, Fingerprinted, HourFingerprint } from './read/fingerprints.ts'
