import { describe, expect, it } from 'vitest'
import { generatePassword } from './generate-password.ts'
import { createLane } from './lane.ts'
import { createPasswords } from './passwords.ts'

const RULES = { minLength: 1 }

describe('passwords', () => {
  it('tell right from wrong, also when asked again', async () => {
    const passwords = createPasswords({ now: () => new Date() })
    const hash = await passwords.hash('secret', RULES)
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    for (let time = 0; time < 2; time += 1) {
      expect(await passwords.isRight(hash, 'secret')).toBe(true)
      expect(await passwords.isRight(hash, 'Secret')).toBe(false)
      expect(await passwords.isRight(null, 'secret')).toBe(false)
    }
  })

  it('are checked once a minute, not with every request', async () => {
    let at = 0
    const passwords = createPasswords({ now: () => new Date(at) })
    const hash = await passwords.hash('secret', RULES)
    await passwords.isRight(hash, 'secret')
    const startedAt = performance.now()
    for (let time = 0; time < 1_000; time += 1) await passwords.isRight(hash, 'secret')
    // A thousand checks of about 10 ms would take 10 s.
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    at = 61_000
    expect(await passwords.isRight(hash, 'secret')).toBe(true)
  })

  it('stop counting as right once the hash is another', async () => {
    const passwords = createPasswords({ now: () => new Date() })
    const before = await passwords.hash('old', RULES)
    expect(await passwords.isRight(before, 'old')).toBe(true)
    expect(await passwords.isRight(await passwords.hash('new', RULES), 'old')).toBe(false)
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
