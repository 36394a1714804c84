/** The refusals of the API. Codes are append-only. */
import { problem } from '#infra/platform/index.ts'

export const requestInvalid = problem(
  'API_REQUEST_INVALID',
  'invalid',
  (d: { faults: readonly { path: string; expected: string }[] }) =>
    `The request does not fit: ${d.faults.map((fault) => `${fault.path}: ${fault.expected}`).join('; ')}.`,
)
export const filterInvalid = problem(
  'API_FILTER_INVALID',
  'invalid',
  (d: { filter: string; expected: string }) => `The filter ${d.filter} must be ${d.expected}.`,
)
export const credentialsMissing = problem(
  'API_CREDENTIALS_MISSING',
  'unauthenticated',
  () => 'Sign in, or send basic authentication or an API key.',
)
export const credentialsWrong = problem(
  'API_CREDENTIALS_WRONG',
  'unauthenticated',
  () => 'The user, password, key or session is not right, or not valid any more.',
)
export const accessForbidden = problem(
  'API_ACCESS_FORBIDDEN',
  'forbidden',
  (d: { permission: string }) =>
    `This needs the permission "${d.permission}", which these credentials do not give here.`,
)
export const originForbidden = problem(
  'API_ORIGIN_FORBIDDEN',
  'forbidden',
  () => 'A change asked for by a page of another origin is refused.',
)
export const routeMissing = problem(
  'API_ROUTE_MISSING',
  'missing',
  () => 'Nothing is at this address; the list is at /api/docs.',
)
export const addressInvalid = problem(
  'API_ADDRESS_INVALID',
  'invalid',
  () =>
    'The address is not one that could be here: too long a part, broken percent-encoding, or a way out of the root.',
)
export const methodNotAllowed = problem(
  'API_METHOD_NOT_ALLOWED',
  'invalid',
  (d: { allowed: readonly string[] }) => `This address takes ${d.allowed.join(', ')} only.`,
)
export const routeUnguarded = problem(
  'API_ROUTE_UNGUARDED',
  'bug',
  () => 'The route names no permission, so nobody may enter.',
)
export const bodyTooLarge = problem(
  'API_BODY_TOO_LARGE',
  'invalid',
  () => 'The body is larger than this address takes.',
)
export const bodiesBusy = problem(
  'API_BODIES_BUSY',
  'unavailable',
  (d: { retryAfterSeconds: number }) =>
    `Too many uploads are under way; try again in ${d.retryAfterSeconds} seconds.`,
)
export const mediaTypeUnsupported = problem(
  'API_MEDIA_TYPE_UNSUPPORTED',
  'invalid',
  () => 'The body must be application/json.',
)
export const bodyMalformed = problem(
  'API_BODY_MALFORMED',
  'invalid',
  () => 'The body is not well-formed JSON.',
)
export const serverFailed = problem(
  'API_SERVER_FAILED',
  'bug',
  (d: { request_id: string }) =>
    `Something of ours failed; tell the operator the request id ${d.request_id}.`,
)
export const answerUnfit = problem(
  'API_ANSWER_UNFIT',
  'bug',
  (d: { route: string; part: string; depth: number }) =>
    `The answer of ${d.route} does not fit its own schema, ${d.depth} levels below "${d.part}".`,
)
export const serverStopping = problem(
  'API_SERVER_STOPPING',
  'unavailable',
  () => 'The server is stopping; try again in a few seconds.',
)
export const formMissing = problem(
  'API_FORM_MISSING',
  'missing',
  () => 'This project space has no such form.',
)
export const caseMissing = problem(
  'API_CASE_MISSING',
  'missing',
  () => 'This project space has no such case.',
)
export const attachmentMissing = problem(
  'API_ATTACHMENT_MISSING',
  'missing',
  () => 'The form or case has no such attachment.',
)
export const parkedMissing = problem(
  'API_PARKED_MISSING',
  'missing',
  (d: { consumer: string; parkedId: number }) =>
    `Consumer ${d.consumer} has no parked event ${d.parkedId} that waits; the page Data pipeline and feed status show those that do.`,
)
export const parkedGone = problem<Record<string, never>>(
  'API_PARKED_GONE',
  'missing',
  () =>
    'No such event of this project space waits any more: somebody else may have sent it again. The page Data pipeline shows those that do.',
)
export const streamsFull = problem(
  'API_STREAMS_FULL',
  'unavailable',
  (d: { retryAfterSeconds: number }) =>
    `As many pages follow this project space, or this process, as may at once; try again in ${d.retryAfterSeconds} seconds.`,
)
export const exportsBusy = problem(
  'API_EXPORTS_BUSY',
  'unavailable',
  (d: { retryAfterSeconds: number }) =>
    `As many files are being made as may be at once; try again in ${d.retryAfterSeconds} seconds.`,
)
export const queriesBusy = problem(
  'API_QUERIES_BUSY',
  'unavailable',
  (d: { retryAfterSeconds: number }) =>
    `As many questions wait for the warehouse as may at once; try again in ${d.retryAfterSeconds} seconds.`,
)
