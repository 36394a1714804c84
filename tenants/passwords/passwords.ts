/**
 * Hashing and checking passwords. A device with basic authentication sends its password with every request, so an answer
 * is remembered for a minute, under a keyed hash of the password with a key that only this process knows.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { passwordInvalid } from '../problems.ts'
import { createLane } from './lane.ts'

/** OWASP's first choice for argon2id; about 10 ms of one core on the reference machine. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const REMEMBER_MS = 60_000
const REMEMBER_MOST = 10_000
const PROVEN_MS = 86_400_000
const MAX_LENGTH = 256

export interface Passwords {
  /** argon2id in PHC form. @throws TENANTS_PASSWORD_INVALID */
  hash(password: string, rules: { readonly minLength: number }): Promise<string>
  /** @throws TENANTS_PASSWORDS_BUSY when too many checks wait. */
  isRight(asked: Asked, password: string): Promise<boolean>
  /** How many checks wait for their turn. */
  waiting(): number
}

export interface Asked {
  /** Who is said to ask, whether or not there is such a user: answers are remembered for each. */
  readonly account: string
  /** Null for a user who does not exist: costs the same, the first time and again, and is never right. */
  readonly passwordHash: string | null
}

interface Remembered {
  readonly answer: Promise<boolean>
  readonly until: number
}

/** Accounts whose password was right within a day: they go before strangers. */
function createProven(now: () => Date) {
  const until = new Map<string, number>()
  return {
    has: (account: string) => (until.get(account) ?? 0) > now().getTime(),
    add: (account: string) => {
      if (until.size >= REMEMBER_MOST) until.clear()
      until.set(account, now().getTime() + PROVEN_MS)
    },
  }
}

/** @param maxConcurrent checks at a time in this process; the default leaves the second core to intake. */
export function createPasswords({
  now,
  maxConcurrent = 1,
  maxWaiting = 500,
}: {
  now: () => Date
  maxConcurrent?: number
  maxWaiting?: number
}): Passwords {
  const lane = createLane({ maxConcurrent, maxWaiting })
  const proven = createProven(now)
  const key = randomBytes(32)
  const remembered = new Map<string, Remembered>()
  const nobody = hash(randomBytes(32).toString('hex'), COST)
  // Awaited by the first check of an unknown user; must not count as unhandled before.
  nobody.catch(() => undefined)

  function remember(name: string, answer: Promise<boolean>): void {
    if (remembered.size >= REMEMBER_MOST) {
      const oldest = remembered.keys().next()
      if (!oldest.done) remembered.delete(oldest.value)
    }
    remembered.set(name, { answer, until: now().getTime() + REMEMBER_MS })
    answer.catch(() => remembered.delete(name))
  }

  return {
    async hash(password, { minLength }) {
      if (password.length < minLength || password.length > MAX_LENGTH) {
        throw passwordInvalid({ minLength, maxLength: MAX_LENGTH })
      }
      return lane.run(() => hash(password, COST))
    },

    async isRight({ account, passwordHash }, password) {
      if (password.length > MAX_LENGTH) return false
      const against = passwordHash ?? (await nobody)
      const name = createHmac('sha256', key).update([account, against, password].join('\0')).digest('base64')
      const known = remembered.get(name)
      if (known && known.until > now().getTime()) return (await known.answer) && passwordHash !== null
      remembered.delete(name)
      const answer = lane.run(() => verify(against, password), proven.has(account) ? account : undefined)
      remember(name, answer)
      const isRight = (await answer) && passwordHash !== null
      if (isRight) proven.add(account)
      return isRight
    },
    waiting: () => lane.waiting(),
  }
}
