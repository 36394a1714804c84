/** What a phone sent, out of the body and the headers. Source: reference §1.3 and §1.4. */
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { boundaryOf, parseMultipart, readSubmissionParts, toInstant } from '#ingest/index.ts'
import type { SubmissionRequest } from '#ingest/index.ts'

type SubmissionParts = ReturnType<typeof readSubmissionParts>

const OPENROSA_HEADERS = ['x-openrosa-version', 'accept-language', 'date'] as const
const MAX_TOKEN = 255
/** How far the clock of a trusted caller may be ahead of ours. */
const CLOCK_SKEW_MS = 60_000

export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

/** The form and its files; raw bodies are the form, whatever their type. */
export function readBody(request: FastifyRequest): SubmissionParts {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const type = headerOf(request, 'content-type') ?? ''
  const refuse = (text: string): SubmissionParts => ({ ok: false, status: 400, text, openRosa: false })
  if (body.length === 0) return refuse('Post may not have an empty body\n')
  if (!/^\s*multipart\/form-data/i.test(type)) return { ok: true, xml: body, attachments: [] }
  const boundary = boundaryOf(type)
  if (boundary === null) return refuse('The multipart body has no valid boundary\n')
  const parsed = parseMultipart(body, boundary)
  return parsed.ok ? readSubmissionParts(parsed.parts) : refuse(`${parsed.error}\n`)
}

function toDateHeader(date: string | undefined): string | null {
  if (date === undefined || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(date)) return null
  const time = Date.parse(date)
  return Number.isNaN(time) ? null : toInstant(new Date(time).toISOString())
}

/** The time that a trusted caller says; undefined when it is not an instant or lies in the future. */
export function readSubmitTime(request: FastifyRequest, now: Date): string | null | undefined {
  const text = headerOf(request, 'x-submit-time')
  if (text === undefined) return null
  const instant = toInstant(text.trim())
  return instant === null || Date.parse(instant) > now.getTime() + CLOCK_SKEW_MS ? undefined : instant
}

/** The address that a trusted caller passes a form on for; anything but an address is not believed. */
function originOf(request: FastifyRequest): string | null {
  const given = headerOf(request, 'x-commcarehq-origin-ip')?.trim() ?? ''
  return isIP(given) === 0 ? null : given
}

export function readHeaders(
  request: FastifyRequest,
  isTrusted: boolean,
): Pick<SubmissionRequest, 'openrosaHeaders' | 'submitIp' | 'lastSyncToken' | 'dateHeader'> {
  const openrosaHeaders: Record<string, string> = {}
  for (const name of OPENROSA_HEADERS) {
    const value = headerOf(request, name)
    if (value !== undefined) openrosaHeaders[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`] = value
  }
  return {
    openrosaHeaders,
    submitIp: (isTrusted ? originOf(request) : null) ?? request.ip,
    lastSyncToken: headerOf(request, 'x-commcarehq-lastsynctoken')?.slice(0, MAX_TOKEN) || null,
    dateHeader: toDateHeader(headerOf(request, 'date')),
  }
}
