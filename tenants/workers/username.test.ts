import { describe, expect, it } from 'vitest'
import { toSiteCode } from '../locations/site-code.ts'
import { parseUsername, toShortUsername } from './username.ts'

describe('username of a mobile worker (reference §9)', () => {
  it('is the part before the suffix of the own domain only', () => {
    expect(toShortUsername('demo', 'Asha@demo.commcarehq.org')).toBe('asha')
    expect(toShortUsername('demo', 'asha@other.commcarehq.org')).toBe('asha@other.commcarehq.org')
    expect(toShortUsername('demo', ' ASHA ')).toBe('asha')
  })

  it('is lower-cased, with dots for spaces', () => {
    expect(parseUsername('demo', 'Asha Rai_2-b.c')).toBe('asha.rai_2-b.c')
  })

  it.each(['', ' ', 'a@b', 'a/b', 'ä', 'a\u0000', 'a'.repeat(81), 'asha@other.commcarehq.org'])(
    'is not %j',
    (name) => {
      expect(() => parseUsername('demo', name)).toThrow(/username/)
    },
  )
})

describe('site code', () => {
  it('is made from the name, with a number when taken', () => {
    expect(toSiteCode('Bukoba East', new Set())).toBe('bukoba_east')
    expect(toSiteCode('Bukoba  East!', new Set(['bukoba_east', 'bukoba_east1']))).toBe('bukoba_east2')
    expect(toSiteCode('नेपाल', new Set())).toBe('place')
  })
})
