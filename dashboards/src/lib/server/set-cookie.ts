/** Hands a cookie that the API set through to the browser, attribute by attribute. */
import type { Cookies } from '@sveltejs/kit'

export interface SetCookie {
  readonly name: string
  readonly value: string
  readonly maxAge?: number
  readonly expires?: Date
  readonly sameSite: 'lax' | 'strict' | 'none'
  readonly secure: boolean
}

const NAME_VALUE = /^\s*([^=;\s]+)=([^;]*)/

/** Reads one `Set-Cookie` line; null when it is none. Path and HttpOnly are not read: ours are always `/` and true. */
export function parseSetCookie(line: string): SetCookie | null {
  const head = NAME_VALUE.exec(line)
  if (head?.[1] === undefined || head[2] === undefined) return null
  const attribute = (name: string): string | undefined =>
    new RegExp(`;\\s*${name}(?:=([^;]*))?(?=;|\\s*$)`, 'i').exec(line)?.[1]?.trim()
  const maxAge = Number(attribute('max-age') ?? Number.NaN)
  const expires = new Date(attribute('expires') ?? '')
  const sameSite = attribute('samesite')?.toLowerCase()
  return {
    name: head[1],
    value: decode(head[2].trim()),
    ...(Number.isInteger(maxAge) ? { maxAge } : {}),
    ...(Number.isNaN(expires.getTime()) ? {} : { expires }),
    sameSite: sameSite === 'strict' || sameSite === 'none' ? sameSite : 'lax',
    secure: /;\s*secure\s*(;|$)/i.test(line),
  }
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** Sets the named cookie of an API answer for the browser; always httpOnly. */
export function passCookie(cookies: Cookies, response: Response, name: string): boolean {
  const found = response.headers.getSetCookie().flatMap((line) => parseSetCookie(line) ?? [])
  const cookie = found.find((candidate) => candidate.name === name)
  if (!cookie) return false
  const { value, ...attributes } = cookie
  cookies.set(name, value, {
    path: '/',
    httpOnly: true,
    secure: attributes.secure,
    sameSite: attributes.sameSite,
    ...(attributes.maxAge === undefined ? {} : { maxAge: attributes.maxAge }),
    ...(attributes.expires === undefined ? {} : { expires: attributes.expires }),
  })
  return true
}
