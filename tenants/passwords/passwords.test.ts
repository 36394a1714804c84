import { describe, expect, it } from 'vitest'
import { generatePassword } from './generate-password.ts'
import { createLane } from './lane.ts'
import { createPasswords } from './passwords.ts'

const RULES = { minLength: 1 }
const of = (passwordHash: string | null, account = 'asha') => ({ account, passwordHash })

describe('passwords', () => {
  it('tell right from wrong, also when asked again', async () => {
    const passwords = createPasswords({ now: () => new Date() })
    const hash = await passwords.hash('secret', RULES)
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    for (let time = 0; time < 2; time += 1) {
      expect(await passwords.isRight(of(hash), 'secret')).toBe(true)
      expect(await passwords.isRight(of(hash), 'Secret')).toBe(false)
      expect(await passwords.isRight(of(null), 'secret')).toBe(false)
    }
  })

  it('are checked once a minute, not with every request', async () => {
    let at = 0
    const passwords = createPasswords({ now: () => new Date(at) })
    const hash = await passwords.hash('secret', RULES)
    await passwords.isRight(of(hash), 'secret')
    const startedAt = performance.now()
    for (let time = 0; time < 1_000; time += 1) await passwords.isRight(of(hash), 'secret')
    // A thousand checks of about 10 ms would take 10 s.
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    at = 61_000
    expect(await passwords.isRight(of(hash), 'secret')).toBe(true)
  })

  it('stop counting as right once the hash is another', async () => {
    const passwords = createPasswords({ now: () => new Date() })
    const before = await passwords.hash('old', RULES)
    expect(await passwords.isRight(of(before), 'old')).toBe(true)
    expect(await passwords.isRight(of(await passwords.hash('new', RULES)), 'old')).toBe(false)
  })

  it('are remembered for each account, so that the time never tells who exists', async () => {
    const passwords = createPasswords({ now: () => new Date() })
    const timed = async (account: string, passwordHash: string | null) => {
      const startedAt = performance.now()
      expect(await passwords.isRight({ account, passwordHash }, 'guess')).toBe(false)
      return performance.now() - startedAt
    }
    const hash = await passwords.hash('secret', RULES)
    await timed('nobody', null)
    const unknown = await timed('nobody else', null)
    const known = await timed('asha', hash)
    expect(Math.max(unknown, known) / Math.min(unknown, known)).toBeLessThan(10)
    expect((await timed('nobody', null)) * 10).toBeLessThan(unknown)
    expect((await timed('asha', hash)) * 10).toBeLessThan(known)
  })

  it('of those who were here before are checked before a flood of others', async () => {
    let at = 0
    const passwords = createPasswords({ now: () => new Date(at) })
    const hash = await passwords.hash('secret', RULES)
    await passwords.isRight(of(hash), 'secret')
    at = 61_000
    const done: string[] = []
    const flood = Array.from({ length: 40 }, async (_, guess) => {
      await passwords.isRight(of(null, `stranger ${guess}`), String(guess))
      done.push('stranger')
    })
    await passwords.isRight(of(hash), 'secret').then(() => done.push('asha'))
    expect(done.length).toBeLessThan(10)
    await Promise.all(flood)
  })

  it('have a length', async () => {
    const passwords = createPasswords({ now: () => new Date() })
    await expect(passwords.hash('', RULES)).rejects.toMatchObject({ code: 'TENANTS_PASSWORD_INVALID' })
    await expect(passwords.hash('short', { minLength: 8 })).rejects.toMatchObject({
      code: 'TENANTS_PASSWORD_INVALID',
    })
    await expect(passwords.hash('x'.repeat(257), RULES)).rejects.toMatchObject({
      code: 'TENANTS_PASSWORD_INVALID',
    })
  })
})

describe('the lane', () => {
  it('runs so many at a time, and refuses when too many wait', async () => {
    const lane = createLane({ maxConcurrent: 2, maxWaiting: 3 })
    let running = 0
    let most = 0
    const open: (() => void)[] = []
    const work = async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise<void>((resolve) => open.push(resolve))
      running -= 1
    }
    const all = Array.from({ length: 5 }, () => lane.run(work))
    await expect(lane.run(work)).rejects.toMatchObject({
      code: 'TENANTS_PASSWORDS_BUSY',
      kind: 'unavailable',
    })
    while (open.length > 0) {
      open.shift()?.()
      await new Promise(setImmediate)
    }
    await Promise.all(all)
    expect(most).toBe(2)
  })

  it('keeps room for known accounts, and lets none of them fill it', async () => {
    const lane = createLane({ maxConcurrent: 1, maxWaiting: 2 })
    const gate = Promise.withResolvers<void>()
    const order: string[] = []
    const run = (name: string, known?: string) => lane.run(async () => void order.push(name), known)
    const running = lane.run(() => gate.promise)
    const waiting = [run('x'), run('a1', 'a'), run('a2', 'a'), run('a3', 'a')]
    await expect(run('y')).rejects.toMatchObject({ code: 'TENANTS_PASSWORDS_BUSY' })
    gate.resolve()
    await Promise.all([running, ...waiting])
    expect(order).toEqual(['a1', 'a2', 'x', 'a3'])
  })

  it('goes on after a failure', async () => {
    const lane = createLane({ maxConcurrent: 1, maxWaiting: 1 })
    await expect(lane.run(async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await lane.run(async () => 'yes')).toBe('yes')
  })
})

describe('made-up passwords', () => {
  it('can be read aloud', () => {
    const all = Array.from({ length: 500 }, generatePassword)
    expect(new Set(all).size).toBe(500)
    expect(all.join('')).not.toMatch(/[0O1lI]/)
  })
})
