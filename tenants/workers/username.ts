import { workerUsernameInvalid } from '../problems.ts'

const MAX_LENGTH = 80

/** The short name out of what was typed at sign-in: `Name@demo.commcarehq.org` → `name`. Source: reference §9. */
export function toShortUsername(domain: string, username: string): string {
  const lower = username.trim().toLowerCase()
  const suffix = `@${domain}.commcarehq.org`
  return lower.endsWith(suffix) ? lower.slice(0, -suffix.length) : lower
}

/** A new worker's short name: lower-cased, spaces become dots. @throws TENANTS_WORKER_USERNAME_INVALID */
export function parseUsername(domain: string, username: string): string {
  const short = toShortUsername(domain, username).replaceAll(' ', '.')
  if (!/^[a-z0-9._-]+$/.test(short) || short.length > MAX_LENGTH) {
    throw workerUsernameInvalid({ maxLength: MAX_LENGTH })
  }
  return short
}
