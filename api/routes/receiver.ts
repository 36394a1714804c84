/** Where phones send forms. Source: reference §1.1–1.6. */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { MAX_FORM_BYTES, openRosaAnswer, openRosaBody } from '#ingest/index.ts'
import { Problem } from '#infra/platform/index.ts'
import { retrySecondsOf, toStatus } from '../plugins/problems.ts'
import { methodNotAllowed } from '../problems.ts'
import { sendIgnored, sendResult } from '../receiver/answer.ts'
import { createAdmit } from '../receiver/authenticate-submission.ts'
import type { Sender } from '../receiver/authenticate-submission.ts'
import { followForm } from '../receiver/follow-form.ts'
import { createHeldBodies } from '../receiver/hold-body.ts'
import { createSubmissionLimit, tooMany } from '../receiver/limit-submissions.ts'
import { readBody, readHeaders, readSubmitTime } from '../receiver/read-submission.ts'
import { refusal, sendRefusal } from '../receiver/refusal.ts'
import type { RouteDocument } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'

/** A form and a handful of photos; more than this a phone sends in no case. */
const MAX_MULTIPART_BYTES = 64 * 1024 * 1024
const BASE = '/a/:domain/receiver'

type Way = 'plain' | 'secure' | 'api'
const ADDRESSES: readonly { readonly url: string; readonly way: Way }[] = [
  { url: BASE, way: 'plain' },
  { url: `${BASE}/:appId`, way: 'plain' },
  { url: `${BASE}/submission`, way: 'plain' },
  { url: `${BASE}/secure`, way: 'secure' },
  { url: `${BASE}/secure/:appId`, way: 'secure' },
  { url: `${BASE}/api`, way: 'api' },
  { url: `${BASE}/api/:appId`, way: 'api' },
]
/** An id without control characters: what the database can keep. */
const APP_ID = /^[^\p{Cc}]{1,255}$/u

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends a form; null everywhere but at the receiver. */
    sender: Sender | null
  }
}

interface Params {
  readonly domain: string
  readonly appId?: string
}

function queryOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?')
  return new URLSearchParams(at === -1 ? '' : request.url.slice(at + 1))
}

/** Runs before the body is read, so that strangers cannot make us hold one. */
function createGate(dependencies: ApiDependencies, way: Way) {
  const admit = createAdmit(dependencies)
  const limit = createSubmissionLimit(dependencies)
  return async function gate(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    reply.header('x-openrosa-version', '1.0')
    const { domain: name, appId } = request.params as Params
    if (appId !== undefined && !APP_ID.test(appId)) return sendRefusal(reply, refusal(404, 'No such app\n'))
    // Tokens of web apps: no server of ours gives any out, so none is valid.
    if (request.headers['x-commcarehq-origin-token'] !== undefined)
      return sendRefusal(reply, refusal(403, 'Bad auth'))
    const domain = await dependencies.tenants.domains.find(name)
    if (!domain?.isActive) return sendRefusal(reply, refusal(404, 'No such project space\n'))
    request.domain = domain
    if (way === 'plain' && !domain.secureSubmissions) {
      const authContext = { authenticated: false, user_id: null, domain: name }
      request.sender = { authContext, isTrusted: false }
      return limit(domain, reply)
    }
    const permission = way === 'api' ? 'edit' : 'submit'
    const admission = await admit(request, { domain: name, query: queryOf(request), permission })
    if (!admission.ok) return sendRefusal(reply, admission.refusal)
    if (way === 'api' && !admission.sender.authContext.authenticated) {
      return sendRefusal(reply, refusal(403, 'Bad auth'))
    }
    request.sender = admission.sender
    return limit(domain, reply)
  }
}

function createReceive({ ingest, now, publicUrl, tracing }: ApiDependencies, way: Way) {
  return async function receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (!request.sender) return sendRefusal(reply, refusal(403, 'Bad auth'))
    const { isTrusted, ...sender } = request.sender
    const body = readBody(request)
    if (!body.ok) {
      if (!body.openRosa) return sendRefusal(reply, refusal(body.status, body.text))
      const { nature, status, text } = openRosaAnswer({ kind: 'refused-file', reason: body.text }, 'V2')
      return sendRefusal(
        reply,
        refusal(status, openRosaBody(nature, text), { 'content-type': 'text/xml; charset=utf-8' }),
      )
    }
    const answering = { request, reply, publicUrl }
    if (queryOf(request).get('submit_mode') === 'demo') return sendIgnored(answering)
    const submitTime = sender.authContext.authenticated ? readSubmitTime(request, now()) : null
    if (submitTime === undefined) {
      return sendRefusal(reply, refusal(400, 'X-Submit-Time must be an instant that is not in the future\n'))
    }
    const { domain, appId } = request.params as Params
    const form = {
      xml: body.xml,
      attachments: body.attachments,
      appId: appId ?? null,
      buildId: null,
      submitTime,
      isApiSubmission: way === 'api',
      ...readHeaders(request, isTrusted),
      ...sender,
    }
    const following = { tracing, domain, elapsedMs: reply.elapsedTime }
    const result = await followForm(following, async (trace) => ingest.submit(domain, { ...form, trace }))
    return sendResult(answering, result)
  }
}

/** Bodies as bytes, each kind with its limit; nothing is held beyond it. */
function installBodies(scope: FastifyInstance, { limits, metrics }: ApiDependencies): void {
  const bodies = createHeldBodies(scope, { boundsOf: limits.bodyBoundsOf, metrics })
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    /^multipart\/form-data/i,
    async (request: FastifyRequest, payload: IncomingMessage) =>
      bodies.read(request, payload, MAX_MULTIPART_BYTES),
  )
  scope.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) =>
    bodies.read(request, payload, MAX_FORM_BYTES),
  )
  scope.setErrorHandler((error, request, reply) => {
    // Phones read a status, and no body. Source: reference §1.11.
    if (error instanceof Problem && toStatus(error) === 429)
      return sendRefusal(reply, tooMany(retrySecondsOf(error)))
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error
    const isMultipart = /^multipart\/form-data/i.test(request.headers['content-type'] ?? '')
    const text = isMultipart ? 'Submission exceeds 64MB size limit\n' : 'Form exceeds 10MB size limit\n'
    return sendRefusal(reply, refusal(413, text))
  })
}

const SUMMARIES: Readonly<Record<Way, string>> = {
  plain: 'Receive a form; who sends it may stay unknown, unless the project space wants it secure',
  secure: 'Receive a form from somebody who signs in',
  api: 'Receive a form from a program',
}

function toDocument(url: string, way: Way): RouteDocument {
  return {
    summary: `${SUMMARIES[way]}${url.endsWith('/:appId') ? ', for one app' : ''}`,
    tag: 'receiver',
    bodyType: 'multipart/form-data',
    sending: `-H 'X-OpenRosa-Version: 3.0' -F xml_submission_file=@form.xml`,
    answerType: 'text/xml',
  }
}

/** The receiver, with bodies of its own kind; adds the routes when the server gets ready. */
export async function receiverRoutes(app: FastifyInstance, dependencies: ApiDependencies): Promise<void> {
  await app.register(async (scope) => {
    installBodies(scope, dependencies)
    scope.decorateRequest('sender', null)
    for (const { url, way } of ADDRESSES) {
      const config = { permission: 'public', document: toDocument(url, way) } as const
      const onRequest = createGate(dependencies, way)
      scope.route({ method: 'POST', url, config, onRequest, handler: createReceive(dependencies, way) })
    }
    // The bare address would otherwise be taken for a page.
    scope.get(BASE, { config: { permission: 'public' } }, async () => {
      throw methodNotAllowed({ allowed: ['POST'] })
    })
  })
}
