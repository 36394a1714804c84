/** What became of a submission, as the HTTP answer that phones understand. Source: reference §1.6. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isFormplayer, openRosaAnswer, openRosaBody, versionOf } from '#ingest/index.ts'
import type { SubmissionResult } from '#ingest/index.ts'
import { headerOf } from './read-submission.ts'
import { refusal, sendRefusal } from './refusal.ts'

type Outcome = Parameters<typeof openRosaAnswer>[0]

export interface Answering {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** How people reach the platform, when a proxy stands before it. */
  readonly publicUrl: string | undefined
}

export function sendOpenRosa(
  { request, reply, publicUrl }: Answering,
  outcome: Outcome,
  formId: string | null,
): FastifyReply {
  const { status, nature, text } = openRosaAnswer(outcome, versionOf(headerOf(request, 'x-openrosa-version')))
  if (formId !== null) reply.header('x-commcarehq-formid', encodeURI(formId))
  return reply
    .code(status)
    .header('location', publicUrl ?? `${request.protocol}://${request.host}`)
    .header('content-type', 'text/xml; charset=utf-8')
    .send(openRosaBody(nature, text))
}

/** A form of a demo: read, dropped, and answered as if kept. */
export function sendIgnored(answering: Answering): FastifyReply {
  return sendOpenRosa(answering, { kind: 'ignored' }, null)
}

export function sendResult(answering: Answering, result: SubmissionResult): FastifyReply {
  const { reply } = answering
  switch (result.kind) {
    case 'saved':
    case 'edited': {
      const outcome = { kind: result.kind, fromFormplayer: isFormplayer(result.deviceId) }
      return sendOpenRosa(answering, outcome, result.formId)
    }
    case 'duplicate':
      return sendOpenRosa(answering, { kind: 'duplicate', formId: result.originalId }, result.formId)
    case 'case-error':
    case 'unparsable':
      return sendOpenRosa(answering, result, result.formId)
    case 'refused':
      return sendRefusal(reply, refusal(403, 'Bad auth'))
    case 'locked':
      return sendRefusal(reply, refusal(423, `XFormLockError: ${result.detail}`))
    case 'failed':
      return sendRefusal(reply.header('x-commcarehq-formid', encodeURI(result.formId)), refusal(500, ''))
  }
}
