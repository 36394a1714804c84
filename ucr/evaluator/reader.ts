/** A place in the words of a statement, with the few questions that its grammar asks. */
import type { Token } from './tokens.ts'

/** Ends the reading of one statement; `parseStatement` turns it into a node, so it goes no further. */
export class Unreadable extends Error {}

const DEPTH_MAX = 60

export interface Reader {
  readonly peek: () => Token | undefined
  /** Takes the next word if it is this sign or keyword. */
  readonly skip: (text: string) => boolean
  readonly expect: (text: string) => void
  readonly next: () => Token
  readonly isAtEnd: () => boolean
  /** Reads a part, one level deeper. */
  readonly deeper: <T>(read: () => T) => T
}

export function createReader(tokens: readonly Token[]): Reader {
  let at = 0
  let depth = 0
  const skip = (text: string): boolean => {
    const token = tokens[at]
    if (token === undefined || (token.kind !== 'sign' && token.kind !== 'name') || token.text !== text)
      return false
    at += 1
    return true
  }
  return {
    peek: () => tokens[at],
    skip,
    expect: (text) => {
      if (!skip(text)) throw new Unreadable(`${text} expected after ${at} words`)
    },
    next: () => {
      const token = tokens[at]
      if (token === undefined) throw new Unreadable('ends too early')
      at += 1
      return token
    },
    isAtEnd: () => at >= tokens.length,
    deeper: (read) => {
      depth += 1
      if (depth > DEPTH_MAX) throw new Unreadable(`nested deeper than ${DEPTH_MAX}`)
      const result = read()
      depth -= 1
      return result
    },
  }
}
