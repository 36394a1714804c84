/** The words of a statement. No regular expression sees more than the next word, so the time is that of one reading. */
export type Token =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string }

const LENGTH_MAX = 10_000
const WORDS_MAX = 2_000

const SPACE = /\s+/y
const NUMBER = /(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy
const SIGN = /\*\*|\/\/|==|!=|<=|>=|[-+*/%<>()[\]{},:.=]/y
const TEXT = /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

function unescape(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\([^])/g, (whole, letter: string) => ESCAPES[letter] ?? whole)
}

/** The words, or what could not be read. */
export function tokenize(statement: string): readonly Token[] | string {
  if (statement.length > LENGTH_MAX) return `longer than ${LENGTH_MAX} characters`
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(statement)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  while (at < statement.length) {
    if (take(SPACE) !== undefined) continue
    const number = take(NUMBER)
    const name = number === undefined ? take(NAME) : undefined
    const quoted = number === undefined && name === undefined ? take(TEXT) : undefined
    if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: unescape(quoted) })
    else {
      const sign = take(SIGN)
      if (sign === undefined) return `not readable from character ${at + 1} on`
      tokens.push({ kind: 'sign', text: sign })
    }
  }
  return tokens.length > WORDS_MAX ? `longer than ${WORDS_MAX} words` : tokens
}
