import { randomInt } from 'node:crypto'

/** Letters and digits that cannot be mistaken for each other when read aloud or from paper: no 0 O 1 l I. */
const READABLE = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A random password in three groups, like `h7Kp-wq3M-zT9e`: 12 × log2(56) ≈ 69 bits. */
export function generatePassword(): string {
  const letters = Array.from({ length: 12 }, () => READABLE.charAt(randomInt(READABLE.length))).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`
}
