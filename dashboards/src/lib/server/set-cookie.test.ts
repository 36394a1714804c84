import { describe, expect, it } from 'vitest'
import { parseSetCookie } from './set-cookie.ts'

describe('parseSetCookie', () => {
  it('reads the cookie of a session', () => {
    const line = 'casehouse_session=ab%2Bc%3D; Max-Age=1209600; Path=/; HttpOnly; Secure; SameSite=Lax'
    expect(parseSetCookie(line)).toEqual({
      name: 'casehouse_session',
      value: 'ab+c=',
      maxAge: 1_209_600,
      sameSite: 'lax',
      secure: true,
    })
  })
  it('takes no word of the value for an attribute', () => {
    expect(parseSetCookie('a=secure; Path=/')).toMatchObject({ value: 'secure', secure: false })
  })
  it('reads a date, and keeps a value that is not encoded', () => {
    const cookie = parseSetCookie('a=100%; expires=Thu, 01 Jan 1970 00:00:00 GMT; samesite=strict')
    expect(cookie).toMatchObject({ value: '100%', sameSite: 'strict', expires: new Date(0) })
  })
  it('is null for what is no cookie', () => {
    expect(parseSetCookie('nonsense')).toBeNull()
  })
})
