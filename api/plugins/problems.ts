/** The one place where a kind of problem becomes an HTTP status. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ZodError } from 'zod'
import { Problem } from '#infra/platform/index.ts'
import type { ProblemKind } from '#infra/platform/index.ts'
import type { ProblemBody } from '../contract.ts'
import {
  addressInvalid,
  bodyMalformed,
  bodyTooLarge,
  mediaTypeUnsupported,
  requestInvalid,
  serverFailed,
  serverStopping,
} from '../problems.ts'

const STATUS: Readonly<Record<ProblemKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  unavailable: 503,
  bug: 500,
}

/** Where HTTP has a status of its own. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  API_BODY_TOO_LARGE: 413,
  API_MEDIA_TYPE_UNSUPPORTED: 415,
  API_METHOD_NOT_ALLOWED: 405,
  // Too much is asked for, rather than something being away.
  API_BODIES_BUSY: 429,
  API_STREAMS_FULL: 429,
  API_EXPORTS_BUSY: 429,
  API_QUERIES_BUSY: 429,
  INGEST_LANE_FULL: 429,
}

export function toStatus(problem: Problem): number {
  return STATUS_BY_CODE[problem.code] ?? STATUS[problem.kind]
}

/** The paths and the rules only: what was sent stays out of the answer and of the log. */
export function toRequestProblem(error: ZodError): Problem {
  const faults = error.issues.slice(0, 10).map((issue) => ({
    path: issue.path.map(String).join('.') || 'the request',
    expected: toExpectation(issue),
  }))
  return requestInvalid({ faults }, error)
}

function toExpectation(issue: ZodError['issues'][number]): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be of type ${issue.expected}`
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      return `must be at least ${issue.minimum}`
    case 'too_big':
      return `must be at most ${issue.maximum}`
    case 'invalid_format':
      return `must have the format ${issue.format}`
    case 'unrecognized_keys':
      return `does not take ${issue.keys.length} of the keys that were sent`
    default:
      return 'has the wrong shape'
  }
}

function toFrameworkProblem(error: FastifyError): Problem | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return bodyTooLarge({}, error)
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return mediaTypeUnsupported({}, error)
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return bodyMalformed({}, error)
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return addressInvalid({}, error)
    case 'FST_ERR_REOPENED_CLOSE_SERVER':
      return serverStopping({}, error)
    default:
      return error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
        ? bodyMalformed({}, error)
        : undefined
  }
}

function toProblem(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  if (error instanceof ZodError) return toRequestProblem(error)
  // Fastify puts a code on everything that it throws itself; what passes pages on has only a status.
  if (error instanceof Error && 'code' in error) {
    return toFrameworkProblem(error as FastifyError) ?? serverFailed({ request_id: request.id }, error)
  }
  if (error instanceof Error && 'statusCode' in error && error.statusCode === 400) {
    return addressInvalid({}, error)
  }
  return serverFailed({ request_id: request.id }, error)
}

/** Details of what is ours to fix stay with us. */
function toBody(problem: Problem, request: FastifyRequest): ProblemBody {
  if (problem.kind === 'bug') {
    return {
      error: serverFailed({ request_id: request.id }).message,
      code: problem.code,
      details: { request_id: request.id },
    }
  }
  const body = { error: problem.message, code: problem.code }
  const isOurs = problem.kind === 'unavailable' || Object.keys(problem.details).length === 0
  return isOurs ? body : { ...body, details: problem.details }
}

const RETRY_AFTER_SECONDS = 2

/** Whoever knows better says so in its details. */
export function retrySecondsOf({ details }: Problem): number {
  return typeof details['retryAfterSeconds'] === 'number' ? details['retryAfterSeconds'] : RETRY_AFTER_SECONDS
}

export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = toStatus(problem)
  if (status >= 500) request.log.error({ err: problem, request_id: request.id }, 'request failed')
  if (problem.kind === 'unavailable') reply.header('retry-after', String(retrySecondsOf(problem)))
  if (status === 401 && request.routeOptions?.config?.challenge)
    reply.header('www-authenticate', 'Basic realm=""')
  if (problem.code === 'API_METHOD_NOT_ALLOWED' && Array.isArray(problem.details.allowed)) {
    reply.header('allow', problem.details.allowed.join(', '))
  }
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json')
    .send(toBody(problem, request))
}

/** What goes wrong before there is a route: an address that cannot be read. */
export function sendUnrouted(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void sendProblem(toProblem(error, request), request, reply.header('x-content-type-options', 'nosniff'))
}

export function installProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendProblem(toProblem(error, request), request, reply))
}
