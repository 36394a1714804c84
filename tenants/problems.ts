/** The refusals of tenants. Codes are append-only. */
import { problem } from '#infra/platform/problem.ts'

export const domainInvalid = problem(
  'TENANTS_DOMAIN_INVALID',
  'invalid',
  () =>
    'A project space is named with 1 to 63 small letters, digits and hyphens, neither first nor last a hyphen.',
)
export const domainTaken = problem(
  'TENANTS_DOMAIN_TAKEN',
  'conflict',
  (d: { domain: string }) => `A project space named ${d.domain} exists already; choose another name.`,
)
export const domainMissing = problem(
  'TENANTS_DOMAIN_MISSING',
  'missing',
  () => 'No project space has this name; look at the list of project spaces.',
)
export const timezoneUnknown = problem(
  'TENANTS_TIMEZONE_UNKNOWN',
  'invalid',
  () => 'The time zone is not in the IANA list; write one like Africa/Kampala.',
)
export const emailInvalid = problem(
  'TENANTS_EMAIL_INVALID',
  'invalid',
  () => 'The e-mail address must look like name@example.org and have at most 254 characters.',
)
export const emailTaken = problem(
  'TENANTS_EMAIL_TAKEN',
  'conflict',
  (d: { user_id: string }) => `A web user with this e-mail address exists already (${d.user_id}).`,
)
export const webUserMissing = problem(
  'TENANTS_WEB_USER_MISSING',
  'missing',
  () => 'No web user has this e-mail address.',
)
export const passwordInvalid = problem(
  'TENANTS_PASSWORD_INVALID',
  'invalid',
  (d: { minLength: number; maxLength: number }) =>
    `A password has ${d.minLength} to ${d.maxLength} characters; leave it out to get a random one.`,
)
export const passwordsBusy = problem(
  'TENANTS_PASSWORDS_BUSY',
  'unavailable',
  (d: { waiting: number }) => `${d.waiting} sign-ins are waiting already; try again in a few seconds.`,
)
export const workerUsernameInvalid = problem(
  'TENANTS_WORKER_USERNAME_INVALID',
  'invalid',
  (d: { maxLength: number }) =>
    `A worker's username has 1 to ${d.maxLength} characters of a-z, 0-9, dot, underscore and hyphen.`,
)
export const workerUsernameTaken = problem(
  'TENANTS_WORKER_USERNAME_TAKEN',
  'conflict',
  (d: { domain: string }) => `The project space ${d.domain} has a worker with this username already.`,
)
export const workerMissing = problem(
  'TENANTS_WORKER_MISSING',
  'missing',
  (d: { domain: string }) => `The project space ${d.domain} has no such worker.`,
)
export const groupNameTaken = problem(
  'TENANTS_GROUP_NAME_TAKEN',
  'conflict',
  (d: { domain: string }) => `The project space ${d.domain} has a group with this name already.`,
)
export const groupMissing = problem(
  'TENANTS_GROUP_MISSING',
  'missing',
  (d: { domain: string }) => `The project space ${d.domain} has no such group.`,
)
export const locationMissing = problem(
  'TENANTS_LOCATION_MISSING',
  'missing',
  (d: { domain: string }) => `The project space ${d.domain} has no such location.`,
)
export const locationTypeMissing = problem(
  'TENANTS_LOCATION_TYPE_MISSING',
  'missing',
  (d: { domain: string }) => `The project space ${d.domain} has no such location type; create it first.`,
)
export const locationTypeTaken = problem(
  'TENANTS_LOCATION_TYPE_TAKEN',
  'conflict',
  (d: { domain: string }) => `The project space ${d.domain} has a location type with this code already.`,
)
export const siteCodeTaken = problem(
  'TENANTS_SITE_CODE_TAKEN',
  'conflict',
  (d: { domain: string }) => `The project space ${d.domain} has a location with this site code already.`,
)
export const locationInvalid = problem(
  'TENANTS_LOCATION_INVALID',
  'invalid',
  (d: { position: number }) =>
    `Location ${d.position} of the list needs a name, a type, and coordinates within ±90 and ±180 degrees.`,
)
export const keyNameTaken = problem(
  'TENANTS_KEY_NAME_TAKEN',
  'conflict',
  (d: { domain: string }) => `The project space ${d.domain} has an API key with this name already.`,
)
export const nameInvalid = problem(
  'TENANTS_NAME_INVALID',
  'invalid',
  (d: { maxLength: number }) => `A name has 1 to ${d.maxLength} characters, without control characters.`,
)
export const limitInvalid = problem(
  'TENANTS_LIMIT_INVALID',
  'invalid',
  (d: { expected: string }) =>
    `A limit that was given is not ${d.expected}; casehouse limits lists names and values, "off" lifts a rate, "default" goes back.`,
)
