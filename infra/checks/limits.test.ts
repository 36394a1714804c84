/** limits.md says what the code does: each setting, metric and number there is one of ours, and none of ours is left out. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { LIMIT_RULES } from '#tenants/contract.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = readFileSync(join(ROOT, 'infra/docs/limits.md'), 'utf8')

/** Rows of the table that follows a heading, cell by cell. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const section = PAGE.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('| '))
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
const quoted = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
const numbersIn = (cell: string): number[] =>
  [...cell.matchAll(/\d[\d,.]*/g)].map(([text]) => Number(text.replaceAll(',', '')))

const queues = rowsOf('Queues')

it('every queue names a place, a setting or that it is fixed, a metric, and what happens at its end', () => {
  expect(queues.length).toBeGreaterThan(20)
  const bare = queues.filter((cells) => cells.length !== 6 || cells.some((cell) => cell === ''))
  expect(bare).toEqual([])
  const places = queues.map((cells) => quoted(cells[1])[0] ?? '')
  expect(places.filter((place) => !existsSync(join(ROOT, place)))).toEqual([])
})

it('every setting of a queue is ours, with its number, and each of ours is there', () => {
  const bounds = new Map<string, number | null>(
    LIMIT_RULES.filter(({ kind }) => kind === 'bound').map(({ key, laptop }) => [key, laptop]),
  )
  const named = queues.flatMap((cells) => quoted(cells[3]))
  expect(named.toSorted()).toEqual([...bounds.keys()].toSorted())
  for (const cells of queues) {
    const numbers = numbersIn(cells[2] ?? '')
    for (const key of quoted(cells[3]))
      expect([key, numbers]).toEqual([key, expect.arrayContaining([bounds.get(key)])])
  }
  expect(queues.filter((cells) => quoted(cells[3]).length === 0).every((cells) => cells[3] === 'fixed')).toBe(
    true,
  )
})

it('every metric is made somewhere', () => {
  const sources = globSync('{infra/platform,infra/up,tenants,ingest,warehouse,api}/**/*.ts', { cwd: ROOT })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join('\n')
  const named = queues.flatMap((cells) => quoted(cells[4]))
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => !sources.includes(`'${name}'`))).toEqual([])
})

it('every rate has the numbers of its preset', () => {
  const rows = rowsOf('Rates')
  expect(rows).toHaveLength(6)
  for (const [name, ...cells] of rows) {
    const [preset, pattern = ''] = quoted(name)
    const column = preset === 'reference' ? 'reference' : 'laptop'
    const rules = LIMIT_RULES.filter(({ key }) => key.startsWith(pattern.replace('*', 'submission')))
    const told = cells.map((cell) => (cell === 'off' ? null : numbersIn(cell)[0]))
    expect([name, told]).toEqual([name, rules.map((rule) => rule[column])])
  }
})
