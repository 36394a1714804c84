/** Whoever meets a code can look it up: what the sources name stands in problems.md. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const CODE = /\b(?:PLATFORM|FEED|EMBEDDED|HARNESS|KAFKA|UP|TENANTS|INGEST|WAREHOUSE|UCR|API)(?:_[A-Z]+)+\b/g

it('every code of a problem book, and every code that parks an event, is in problems.md', () => {
  const page = readFileSync(join(ROOT, 'infra/docs/problems.md'), 'utf8')
  const documented = new Set(page.match(CODE))
  const books = globSync('{infra,tenants,ingest,warehouse,ucr,api}/**/problems.ts', { cwd: ROOT })
  const named = books.flatMap((book) => readFileSync(join(ROOT, book), 'utf8').match(CODE) ?? [])
  expect(new Set(named).size).toBeGreaterThan(60)
  expect([...new Set(named)].filter((code) => !documented.has(code))).toEqual([])
})

it('every problem is declared in a problem book', () => {
  const sources = globSync('{infra,tenants,ingest,warehouse,ucr,api}/**/*.ts', { cwd: ROOT })
  const others = sources.filter((file) => !/problems?\.ts$|\.test\.ts$|\/test\//.test(file))
  const declaring = others.filter((file) => /=\s*problem[<(]/.test(readFileSync(join(ROOT, file), 'utf8')))
  expect(declaring).toEqual([])
})
