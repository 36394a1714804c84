/** ClickHouse's lexical rules, as far as words, quotes, comments and brackets go. */

export interface Token {
  readonly text: string
  readonly start: number
  readonly end: number
  /** Number of brackets open around it; a bracket itself counts the outside. */
  readonly depth: number
  /** In capitals, when it is a bare word. */
  readonly word: string | undefined
  /** A quoted identifier, not a string. */
  readonly quoted: boolean
}

const SKIP = /(?:\s+|--[^\n]*|#(?:!| )[^\n]*|\/\*[\s\S]*?\*\/)+/y
const WORD = /[A-Za-z_][A-Za-z0-9_$]*/y
const NUMBER = /[0-9](?:[eEpP][+-]|[A-Za-z0-9_.])*/y
const HEREDOC = /\$([A-Za-z0-9_]*)\$/y

export function* readTokens(text: string): Generator<Token, void> {
  let at = 0
  let depth = 0
  for (;;) {
    at = matchEnd(SKIP, text, at)
    const start = at
    const first = text[at]
    if (first === undefined) return
    at = tokenEnd(text, at, first)
    const opens = first === '(' || first === '[' || first === '{'
    const closes = first === ')' || first === ']' || first === '}'
    if (closes) depth = Math.max(0, depth - 1)
    const raw = text.slice(start, at)
    const word = matchEnd(WORD, text, start) === at ? raw.toUpperCase() : undefined
    yield { text: raw, start, end: at, depth, word, quoted: first === '`' || first === '"' }
    if (opens) depth += 1
  }
}

function tokenEnd(text: string, at: number, first: string): number {
  if (first === "'" || first === '"' || first === '`') return quoteEnd(text, at, first)
  for (const pattern of [WORD, NUMBER]) {
    const end = matchEnd(pattern, text, at)
    if (end > at) return end
  }
  if (first === '$') return heredocEnd(text, at)
  return at + 1
}

/** A quote is escaped by a backslash or by doubling; an open one runs to the end. */
function quoteEnd(text: string, at: number, quote: string): number {
  for (let i = at + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1
    else if (text[i] === quote && text[i + 1] === quote) i += 1
    else if (text[i] === quote) return i + 1
  }
  return text.length
}

function heredocEnd(text: string, at: number): number {
  HEREDOC.lastIndex = at
  const tag = HEREDOC.exec(text)?.[0]
  if (tag === undefined) return at + 1
  const close = text.indexOf(tag, at + tag.length)
  return close === -1 ? text.length : close + tag.length
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}
