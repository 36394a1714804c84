import type { Postgres } from '#infra/platform/contract.ts'
import type { ReadMember } from '../archive/read-member.ts'
import { readNoMember } from '../archive/read-member.ts'
import { createCaseReads } from './case-reads.ts'
import type { CaseReads } from './case-reads.ts'
import { createFormReads } from './form-reads.ts'
import type { FormReads } from './form-reads.ts'
import { readChildCaseIds, readRelatedCases } from './related-cases.ts'
import type { RelatedCases } from './related-cases.ts'

export interface IngestReads extends FormReads, CaseReads {
  /** The tree that the case stands in; null when the domain has no such case. */
  relatedCases(domain: string, caseId: string): Promise<RelatedCases | null>
  /** Ids of the cases with an index on this one, deleted ones too. */
  childCaseIds(domain: string, caseId: string): Promise<readonly string[]>
}

/** Forms and cases as they are now, straight from Postgres: a form is found as soon as its submission was answered. */
export function createIngestReads({
  postgres,
  readMember = readNoMember,
}: {
  readonly postgres: Postgres
  /** Without it only what is still in Postgres can be read. */
  readonly readMember?: ReadMember | undefined
}): IngestReads {
  return {
    ...createFormReads({ postgres, readMember }),
    ...createCaseReads({ postgres, readMember }),
    relatedCases: async (domain, caseId) => readRelatedCases(postgres, domain, caseId),
    childCaseIds: async (domain, caseId) => readChildCaseIds(postgres, domain, caseId),
  }
}
