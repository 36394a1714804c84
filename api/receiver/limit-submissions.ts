/**
 * Whether one more form may come in now; asked before its body is read. Differs from the reference (§1.5), which asks before
 * it knows who sends: there, strangers can use up a project space's rate.
 */
import type { FastifyReply } from 'fastify'
import type { DomainRecord } from '#tenants/contract.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { refusal, sendRefusal } from './refusal.ts'
import type { Refusal } from './refusal.ts'

/** What phones stop their queue for, to try again later; they read no body. Source: reference §1.11. */
export function tooMany(retryAfterSeconds: number): Refusal {
  return refusal(429, '', { 'retry-after': String(retryAfterSeconds) })
}

export type SubmissionLimit = (space: DomainRecord, reply: FastifyReply) => Promise<FastifyReply | void>

/** @returns what answers 429 when there is no room, after up to 15 seconds of waiting for it. */
export function createSubmissionLimit({ limits, ingest }: ApiDependencies): SubmissionLimit {
  return async function limitSubmission(space, reply) {
    const fullSeconds = ingest.fullFor(space.domain)
    if (fullSeconds !== null) return sendRefusal(reply, tooMany(fullSeconds))
    const entry = await limits.submissions.enter(space, (leave) => {
      reply.raw.once('close', leave)
      return () => reply.raw.off('close', leave)
    })
    if (entry.kind === 'refused') return sendRefusal(reply, tooMany(entry.retryAfterSeconds))
  }
}
