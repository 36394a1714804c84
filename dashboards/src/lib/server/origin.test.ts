import { describe, expect, it } from 'vitest'
import { isForeignPost } from './origin.ts'

const post = (headers: Record<string, string>): Request =>
  new Request('https://x.example/', { method: 'POST', headers })

describe('isForeignPost', () => {
  it('lets everyone read', () => {
    const request = new Request('https://x.example/', { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(isForeignPost(request)).toBe(false)
  })
  it('believes the browser about the site', () => {
    expect(isForeignPost(post({ 'sec-fetch-site': 'same-origin' }))).toBe(false)
    expect(isForeignPost(post({ 'sec-fetch-site': 'cross-site' }))).toBe(true)
    expect(isForeignPost(post({ 'sec-fetch-site': 'same-site' }))).toBe(true)
  })
  it('compares hosts for browsers that do not say, whatever the scheme', () => {
    expect(isForeignPost(post({ origin: 'http://x.example', host: 'x.example' }))).toBe(false)
    expect(
      isForeignPost(post({ origin: 'http://x.example', 'x-forwarded-host': 'x.example', host: 'inner:1' })),
    ).toBe(false)
    expect(isForeignPost(post({ origin: 'http://evil.example', host: 'x.example' }))).toBe(true)
    expect(isForeignPost(post({ origin: 'null', host: 'x.example' }))).toBe(true)
  })
})
