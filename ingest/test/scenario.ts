/** A worker who talks to ingest: forms about cases as XML, sent to the real pipeline on a database of its own. */
import { randomUUID } from 'node:crypto'
import { createTestDatabase } from '#infra/harness/index.ts'
import type { TestDatabase } from '#infra/harness/index.ts'
import { createLog } from '#infra/platform/index.ts'
import { CASE_XMLNS } from '../contract.ts'
import type { CaseSnapshot } from '../contract.ts'
import { createIngest, createIngestReads } from '../index.ts'
import type { Ingest, IngestOptions, IngestReads, SubmissionRequest, SubmissionResult } from '../index.ts'
import { DOMAIN } from './said-forms.ts'

export interface Said {
  readonly formId: string
  readonly xmlns?: string
  /** XML of the case blocks, and of whatever else the form says. */
  readonly cases: string
}

export interface IngestScenario {
  readonly database: TestDatabase
  readonly ingest: Ingest
  readonly reads: IngestReads
  submits(said: Said, domain?: string): Promise<SubmissionResult>
  stateOf(caseId: string, domain?: string): Promise<CaseSnapshot | undefined>
  close(): Promise<void>
}

/** Call in `beforeAll`, and `close` in `afterAll`. */
export async function createIngestScenario(
  more: Pick<IngestOptions, 'readMember'> = {},
): Promise<IngestScenario> {
  const database = await createTestDatabase()
  const { postgres } = database
  const ingest = createIngest({
    postgres,
    log: createLog({ name: 'test', level: 'silent' }),
    now: () => new Date(),
    newId: () => randomUUID().replaceAll('-', ''),
    closesExtensions: async () => true,
    ...more,
  })
  const reads = createIngestReads({ postgres, ...more })
  return {
    database,
    ingest,
    reads,
    submits: async (said, domain = DOMAIN) => ingest.submit(domain, request(form(said))),
    stateOf: async (caseId, domain = DOMAIN) => (await reads.findCase(domain, caseId))?.snapshot,
    async close() {
      await ingest.drain()
      await database.drop()
    },
  }
}

export function request(xml: string): SubmissionRequest {
  return {
    xml: Buffer.from(xml),
    attachments: [],
    appId: 'APP1',
    buildId: null,
    authContext: { user_id: null, authenticated: false, domain: DOMAIN },
    openrosaHeaders: {},
    submitIp: '127.0.0.1',
    lastSyncToken: null,
    dateHeader: null,
    submitTime: null,
    isApiSubmission: false,
  }
}

export function form({ formId, xmlns = 'http://openrosa.org/formdesigner/ABC', cases }: Said): string {
  return `<?xml version='1.0' ?><data xmlns="${xmlns}" name="Register">${cases}<n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:deviceID>d</n1:deviceID><n1:userID>u1</n1:userID><n1:username>joe</n1:username><n1:instanceID>${formId}</n1:instanceID></n1:meta></data>`
}

export function caseBlock(caseId: string, inner: string, at = '2024-03-01T10:00:00.000+02:00'): string {
  return `<n0:case xmlns:n0="${CASE_XMLNS}" case_id="${caseId}" user_id="u1" date_modified="${at}">${inner}</n0:case>`
}

export function create(type: string, name: string): string {
  return `<n0:create><n0:case_type>${type}</n0:case_type><n0:case_name>${name}</n0:case_name><n0:owner_id>u1</n0:owner_id></n0:create>`
}

export function update(name: string, value: string): string {
  return `<n0:update><n0:${name}>${value}</n0:${name}></n0:update>`
}
