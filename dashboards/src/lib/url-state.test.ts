import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hrefWith, oneOf, otherParams, safeNext, toQuery } from './url-state.ts'

const PLACE = { pathname: '/a/demo/reports/case_list/', search: '?owner=u__1&owner=g__2&cursor=abc' }

describe('hrefWith', () => {
  it('changes what it is told to, and keeps the rest', () => {
    expect(hrefWith(PLACE, { sort: 'name', cursor: null })).toBe(
      `${PLACE.pathname}?owner=u__1&owner=g__2&sort=name`,
    )
  })
  it('replaces a list by a list', () => {
    expect(hrefWith(PLACE, { owner: ['l__3'], cursor: null })).toBe(`${PLACE.pathname}?owner=l__3`)
  })
  it('leaves no question mark behind', () => {
    expect(hrefWith({ pathname: '/x', search: '?a=1' }, { a: null })).toBe('/x')
  })
})

describe('toQuery', () => {
  it('leaves out what is not set', () => {
    expect(toQuery({ a: null, b: undefined, c: '', d: [], e: 0, f: ['x', 'y'] })).toBe('?e=0&f=x&f=y')
    expect(toQuery({})).toBe('')
  })
  it('carries any text through', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (text) => {
        expect(new URLSearchParams(toQuery({ q: text })).get('q')).toBe(text.toWellFormed())
      }),
    )
  })
})

describe('safeNext', () => {
  it('keeps addresses of this site', () => {
    expect(safeNext('/a/demo/reports/?range=today#x')).toBe('/a/demo/reports/?range=today#x')
  })
  it.each([
    null,
    '',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
  ])('sends %s to the start', (next) => {
    expect(safeNext(next)).toBe('/')
  })
  it('never leads to another site', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('/', '\\', '\t', '\n', ':', '.', 'e', '@', '?', '%') }),
        (text) => {
          expect(new URL(safeNext(text), 'http://here.example').origin).toBe('http://here.example')
        },
      ),
    )
  })
})

it('keeps the parameters that a form does not write itself, but no action', () => {
  expect(otherParams('?q=a&emw=u__1&/signin=&emw=u__2&sort=name', ['emw'])).toEqual([
    ['q', 'a'],
    ['sort', 'name'],
  ])
})

it('takes a choice or its default', () => {
  expect([oneOf('b', ['a', 'b'], 'a'), oneOf('z', ['a', 'b'], 'a'), oneOf(null, ['a'], 'a')]).toEqual([
    'b',
    'a',
    'a',
  ])
})
