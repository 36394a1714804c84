/** A value never becomes part of a statement: in quotes, only a constant of ours may be filled in. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const FILES = globSync('{infra/platform,infra/embedded,tenants,ingest,warehouse,ucr,api}/**/*.ts', {
  cwd: ROOT,
})
const STATEMENT =
  /\b(?:select|insert into|update|delete from|values|where|having|like|notify|alter|create|drop)\b/i
/** `'${…}'` in SQL, and `{name:String}` of ClickHouse filled in by hand. */
const SPLICED = /'%?\$\{(?![A-Z_]+\})[^}]*\}%?'|\{\w+:\$\{/

function findSpliced(text: string): readonly string[] {
  return text.split('\n').filter((line) => SPLICED.test(line) && STATEMENT.test(line))
}

it('finds what it looks for', () => {
  expect(findSpliced("`select a from t where b = '${b}'`")).toHaveLength(1)
  expect(findSpliced("`select a from t where b like '%${b.c}%'`")).toHaveLength(1)
  expect(findSpliced('`select a from t where b = $1 and c = {c:String}`')).toEqual([])
})

it('no statement of ours has a value spliced into quotes', () => {
  const sources = FILES.filter((file) => !/\.test\.ts$|\/test\//.test(file))
  expect(sources.length).toBeGreaterThan(150)
  const found = sources.flatMap((file) =>
    findSpliced(readFileSync(join(ROOT, file), 'utf8')).map((line) => `${file}: ${line.trim()}`),
  )
  expect(found).toEqual([])
})
