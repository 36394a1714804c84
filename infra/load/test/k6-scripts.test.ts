/** k6 has no Node: what its scripts import, they and all that they import in turn, must be k6's own or plain code. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { preProcessFile } from 'typescript'
import { expect, it } from 'vitest'
import { SCENARIOS } from '../scenarios/scenarios.ts'

const K6 = join(import.meta.dirname, '../k6')
/** Source: grafana.com/docs/k6/latest/javascript-api, of which we use these. */
const DOCUMENTED = ['k6', 'k6/execution', 'k6/http', 'k6/options']
const HELPERS = ['iteration.ts', 'settings.ts']
const NOT_IN_K6 =
  /\b(process|Buffer|require|fetch|structuredClone|URL|URLSearchParams|crypto|performance|Intl)\b[.(]/

const scripts = readdirSync(K6).filter((file) => file.endsWith('.ts') && !HELPERS.includes(file))

function importsOf(path: string): readonly string[] {
  return preProcessFile(readFileSync(path, 'utf8')).importedFiles.map(({ fileName }) => fileName)
}

/** All files that a script is made of. */
function filesOf(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found
  found.add(path)
  for (const from of importsOf(path)) if (from.startsWith('.')) filesOf(join(dirname(path), from), found)
  return found
}

it('has one script for each scenario', () => {
  expect(scripts.map((file) => file.replace('.ts', '')).toSorted()).toEqual(
    SCENARIOS.map(({ name }) => name).toSorted(),
  )
})

it.each(scripts)('%s imports what k6 documents and plain files, and nothing else', (script) => {
  const files = [...filesOf(join(K6, script))]
  expect(files.length).toBeGreaterThan(4)
  const others = files.flatMap(importsOf).filter((from) => !from.startsWith('.'))
  expect(others.filter((from) => !DOCUMENTED.includes(from))).toEqual([])
  expect(others).toContain('k6/http')
  // A file in TypeScript is found by its whole name alone.
  expect(files.filter((file) => !file.endsWith('.ts'))).toEqual([])
  const withNode = files.filter((file) => NOT_IN_K6.test(readFileSync(file, 'utf8')))
  expect(withNode.map((file) => relative(K6, file))).toEqual([])
})

it.each(scripts)(
  '%s is of the open model, with thresholds on p99, errors and dropped iterations',
  (script) => {
    const text = [...filesOf(join(K6, script))].map((file) => readFileSync(file, 'utf8')).join('\n')
    const own = readFileSync(join(K6, script), 'utf8')
    expect(own).toMatch(/export const options = at(Constant|Ramping)Rate\(/)
    expect(own).toContain('export function iterate(')
    expect(text).toMatch(/executor: '(constant|ramping)-arrival-rate'/)
    for (const threshold of ['p(99)<', 'http_req_failed', 'checks', "dropped_iterations: ['count==0']"])
      expect(text).toContain(threshold)
  },
)
