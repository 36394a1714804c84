/** Ingest put together: the lane, the transactions of their own, and what happens when one of them fails. */
import { appendEvents, Problem } from '#infra/platform/index.ts'
import type { Log, Postgres } from '#infra/platform/contract.ts'
import type { Metrics } from '#infra/platform/index.ts'
import { readNoMember } from '../archive/read-member.ts'
import type { ReadMember } from '../archive/read-member.ts'
import { archiveForm } from '../rebuild/archive-form.ts'
import { caseKey, formKey, Held } from '../store/locks.ts'
import { createWorkspace } from './workspace.ts'
import { writeSet } from '../store/write-set.ts'
import { instantOf } from './instants.ts'
import { isAccepted } from './accept.ts'
import type { LaneBounds } from './in-house.ts'
import { createLane } from './lane.ts'
import { createTraceSteps } from './trace-steps.ts'
import { measureIngest } from './measure-ingest.ts'
import type { UnderWay } from './measure-ingest.ts'
import { keepErrorForm } from './keep-form.ts'
import type { Member } from './keep-form.ts'
import { parseSubmission, touchedCaseIds, toStoredXml } from './parse-submission.ts'
import { runBatch } from './run-batch.ts'
import { submitAlone } from './submit-alone.ts'
import { laneFull } from './problems.ts'
import type { SubmissionRequest, SubmissionResult } from './submission.ts'

export interface IngestOptions {
  readonly postgres: Postgres
  readonly log: Log
  readonly now: () => Date
  readonly newId: () => string
  /** Whether closing a host in this domain closes its extensions. */
  readonly closesExtensions: (domain: string) => Promise<boolean>
  /** Without it a form in the archive can neither be edited nor archived: `INGEST_ARCHIVE_STORE_ABSENT`. */
  readonly readMember?: ReadMember | undefined
  readonly settings?: Partial<IngestSettings>
  readonly metrics?: Metrics | undefined
  /** How many forms may be under way, of a project space and in all; asked with each, so from memory. */
  readonly boundsOf?: ((domain: string) => LaneBounds) | undefined
}

export interface IngestSettings {
  /** Forms in one transaction at most. */
  readonly laneMaxForms: number
  /** Transactions under way at once. */
  readonly laneInFlight: number
  /** How long a form waits for another that holds the same case, before it is answered 423. */
  readonly lockTimeoutMs: number
}

const DEFAULTS: IngestSettings = { laneMaxForms: 48, laneInFlight: 2, lockTimeoutMs: 5_000 }
const LANE_MAX_KEYS = 1_000

export interface Ingest {
  /** Answers when the submission is on disk, or says why it is not. @throws INGEST_LANE_FULL, and what Postgres says */
  submit(domain: string, request: SubmissionRequest): Promise<SubmissionResult>
  /** Null: `submit` has room for one more; else in how many seconds it is worth asking again. For callers that hold no form yet. */
  fullFor(domain: string): number | null
  /** @returns false when the domain has no such normal form. Repeating changes nothing. */
  archive(domain: string, formId: string, userId: string | null): Promise<boolean>
  unarchive(domain: string, formId: string, userId: string | null): Promise<boolean>
  /** What is under way in this process. */
  underWay(): UnderWay
  /** Waits for what is under way. */
  drain(): Promise<void>
}

async function toMember(
  domain: string,
  request: SubmissionRequest,
  at: string,
  newId: () => string,
): Promise<Member> {
  const receivedAt = request.submitTime ?? at
  const parsed = parseSubmission(request, receivedAt)
  const xml = await toStoredXml(request.xml)
  const bytes = request.attachments.reduce((sum, file) => sum + file.content.length, request.xml.length)
  if (!parsed.ok) {
    const formId = newId()
    return {
      keys: [formKey(formId)],
      domain,
      bytes,
      request,
      form: null,
      unreadable: parsed.reason,
      xml,
      receivedAt,
      formId,
    }
  }
  const formId = parsed.form.instanceId ?? newId()
  const keys = [formKey(formId), ...touchedCaseIds(parsed.form).map(caseKey)]
  return { keys, domain, bytes, request, form: parsed.form, unreadable: null, xml, receivedAt, formId }
}

function isHeld(error: unknown): boolean {
  if (error instanceof Held) return true
  return error instanceof Problem && error.code === 'PLATFORM_POSTGRES_CONTENDED'
}

/** Creates the one way in. Owns no connection: `drain` before the pool is closed. */
export function createIngest(options: IngestOptions): Ingest {
  const { postgres, log, now, newId, closesExtensions, readMember = readNoMember } = options
  const settings = { ...DEFAULTS, ...options.settings }
  const dependencies = {
    postgres,
    newId,
    closesExtensions,
    readMember,
    lockTimeoutMs: settings.lockTimeoutMs,
  }

  /** A form on which we fail alone is kept as an error form, and sent again by the phone. Source: reference §1.5 (12). */
  async function keepFailed(member: Member, error: unknown): Promise<SubmissionResult> {
    log.error({ domain: member.domain, form_id: member.formId, err: error }, 'form failed')
    const formId = newId()
    const workspace = createWorkspace([], new Map())
    keepErrorForm(workspace, member, { formId, problem: 'InternalError: the form could not be processed' })
    await postgres.transaction(async (client) => {
      await writeSet(client, workspace.set)
      await appendEvents(client, workspace.set.events)
    })
    return { kind: 'failed', formId }
  }

  async function tryAlone(member: Member): Promise<SubmissionResult> {
    try {
      return await submitAlone(dependencies, member)
    } catch (error) {
      if (isHeld(error)) return { kind: 'locked', detail: `form ${member.formId} is being processed` }
      if (error instanceof Problem && error.kind === 'unavailable') throw error
      return keepFailed(member, error)
    }
  }

  /** When a batch fails, its members are tried one by one: a bad form never harms its neighbours. */
  async function runMembers(members: readonly Member[]): Promise<readonly (SubmissionResult | null)[]> {
    try {
      const results = await runBatch(dependencies, members)
      return results.map((result) => (result.kind === 'alone' ? null : result))
    } catch (error) {
      if (error instanceof Problem && error.kind === 'unavailable' && !isHeld(error)) throw error
      return members.map(() => null)
    }
  }

  const steps = createTraceSteps()
  const lane = createLane<Member, SubmissionResult>({
    maxMembers: settings.laneMaxForms,
    maxKeys: LANE_MAX_KEYS,
    inFlight: settings.laneInFlight,
    boundsOf: options.boundsOf,
    run: async (members) => steps.commit(members, async () => runMembers(members)),
    runAlone: async (member) => steps.commitAlone(member, async () => tryAlone(member)),
  })

  const measured = measureIngest(options.metrics, lane.load)
  const archiving = { lockTimeoutMs: settings.lockTimeoutMs, readMember }
  return {
    submit: async (domain, request) =>
      measured.submit(async () => {
        // Looked at before the form is read: turning it away must cost less than taking it.
        const retryAfterSeconds = lane.fullFor(domain)
        if (retryAfterSeconds !== null) throw laneFull({ retryAfterSeconds })
        const member = await steps.parse(request, async () =>
          toMember(domain, request, instantOf(now()), newId),
        )
        return isAccepted(member) ? lane.submit(member) : { kind: 'refused' }
      }),
    archive: async (domain, formId, userId) =>
      archiveForm(postgres, {
        ...archiving,
        domain,
        formId,
        userId,
        operation: 'archive',
        at: instantOf(now()),
      }),
    unarchive: async (domain, formId, userId) =>
      archiveForm(postgres, {
        ...archiving,
        domain,
        formId,
        userId,
        operation: 'unarchive',
        at: instantOf(now()),
      }),
    fullFor: (domain) => lane.fullFor(domain),
    underWay: measured.underWay,
    drain: () => lane.drain(),
  }
}
