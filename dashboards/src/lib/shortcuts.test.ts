import { describe, expect, it } from 'vitest'
import { createShortcuts, SHORTCUTS } from './shortcuts.ts'

function start() {
  const done: string[] = []
  const press = createShortcuts({
    go: (place) => done.push(`go ${place}`),
    search: () => done.push('search'),
    pause: () => done.push('pause'),
    help: () => done.push('help'),
  })
  const key = (name: string, more: Record<string, unknown> = {}): boolean =>
    press({ key: name, altKey: false, ctrlKey: false, metaKey: false, target: null, timeStamp: 0, ...more })
  return { done, key }
}

describe('createShortcuts', () => {
  it('goes to a place after two keys', () => {
    for (const { keys, place } of SHORTCUTS) {
      const { done, key } = start()
      key(keys[0])
      key(keys[1], { timeStamp: 1_000 })
      expect(done).toEqual([`go ${place}`])
    }
  })
  it('forgets the first key after a while', () => {
    const { done, key } = start()
    key('g')
    key('w', { timeStamp: 2_000 })
    expect(done).toEqual([])
  })
  it('leaves alone who is typing, and the browser its own keys', () => {
    const { done, key } = start()
    expect(key('/', { target: { tagName: 'INPUT' } })).toBe(false)
    expect(key('p', { ctrlKey: true })).toBe(false)
    expect(done).toEqual([])
  })
  it('knows the single keys', () => {
    const { done, key } = start()
    for (const name of ['/', 'p', '?']) key(name)
    expect(done).toEqual(['search', 'pause', 'help'])
  })
})
