/**
 * Writes the documents that are made from code: `infra/docs/problems.md` from the problem books, `env.md` from the roles'
 * configuration and the options of the command line, `metrics.md` from the code, `coverage.md` from coverage.json. `--check` writes nothing and fails where one is stale.
 */
import { existsSync, readFileSync, writeFileSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { z } from 'zod'
import { Problem } from '#infra/platform/index.ts'
import { createActions } from '../up/cli/actions.ts'
import { createProgram } from '../up/cli/program.ts'
import { metricsPage } from './metrics-page.ts'
import { ProcessEnv, ROLE_SCHEMAS } from '../up/roles/config.ts'

const ROOT = join(import.meta.dirname, '../..')
const DOCS = join(ROOT, 'infra/docs')

/** Stands for any detail while a sentence is printed: reads as its own name whatever is done to it. */
function placeholder(name: string): unknown {
  const text = (): string => `‹${name}›`
  return new Proxy(text, {
    get: (_, key) =>
      key === 'map'
        ? () => placeholder(name)
        : key === Symbol.toPrimitive || key === 'toString' || key === 'join' || key === 'toISOString'
          ? text
          : placeholder(String(key)),
  })
}

const details = new Proxy({}, { get: (_, key) => placeholder(String(key)) })

interface Books {
  readonly problems: readonly Problem[]
  /** Sentences of the codes under which events are parked. */
  readonly parkCodes: ReadonlyMap<string, string>
}

async function readBooks(): Promise<Books> {
  const books = globSync('{infra,tenants,ingest,warehouse,ucr,api}/**/problems.ts', { cwd: ROOT })
    .filter((file) => file !== 'api/plugins/problems.ts')
    .sort()
  const found: Problem[] = []
  const parkCodes = new Map<string, string>()
  for (const book of books) {
    const exports = (await import(join(ROOT, book))) as Record<string, unknown>
    for (const [code, sentence] of Object.entries(exports['PARK_CODES'] ?? {}))
      parkCodes.set(code, String(sentence))
    for (const create of Object.values(exports)) {
      const made: unknown = typeof create === 'function' ? create(details) : null
      if (made instanceof Problem) found.push(made)
    }
  }
  return { problems: found.sort((a, b) => (a.code < b.code ? -1 : 1)), parkCodes }
}

async function problemsPage(): Promise<string> {
  const { problems, parkCodes } = await readBooks()
  const twice = problems.find((entry, index) => problems[index + 1]?.code === entry.code)
  if (twice !== undefined) throw new Error(`The code ${twice.code} stands in two problem books.`)
  const rows = problems.map(
    (entry) => `| \`${entry.code}\` | ${entry.kind} | ${entry.message.replaceAll('|', '\\|')} |`,
  )
  return [
    '# Problems',
    '',
    'Every refusal of the platform, made from the problem books by `npm run docs`. Codes are never reused.',
    'The kind says whose fault it is: *invalid, unauthenticated, forbidden, missing, conflict* are the caller’s,',
    '*unavailable* passes (try again), *bug* is ours (report it, with the request id).',
    '',
    '| code | kind | sentence |',
    '|---|---|---|',
    ...rows,
    '',
    '## Parked events',
    '',
    'An event that a consumer cannot use is kept whole under one of these, and shown until it is replayed.',
    '',
    '| code | why |',
    '|---|---|',
    ...[...parkCodes].sort().map(([code, why]) => `| \`${code}\` | ${why} |`),
    '',
    'The pages have codes of their own, `DASHBOARDS_…`, listed in [their README](../../dashboards/README.md).',
    '',
  ].join('\n')
}

const Coverage = z.array(
  z.object({
    layer: z.string(),
    features: z.array(
      z.object({
        feature: z.string(),
        status: z.enum(['works', 'partial', 'missing']),
        what: z.string(),
        tests: z.array(z.string()),
      }),
    ),
  }),
)

function coveragePage(): string {
  const layers = Coverage.parse(JSON.parse(readFileSync(join(DOCS, 'coverage.json'), 'utf8')))
  const lines = [
    '# Coverage of the platform overview',
    '',
    'What of the functional map works, is partial or is missing, each with the tests that show it. Made from',
    '`coverage.json` by `npm run docs`; a test that does not exist fails the check.',
  ]
  for (const { layer, features } of layers) {
    lines.push('', `## ${layer}`, '', '| feature | status | what | tests |', '|---|---|---|---|')
    for (const { feature, status, what, tests } of features) {
      const missing = tests.find((test) => !existsSync(join(ROOT, test)))
      if (missing !== undefined)
        throw new Error(`coverage.json names the test ${missing}, which does not exist.`)
      if (status === 'works' && tests.length === 0)
        throw new Error(`coverage.json: "${feature}" works, but no test shows it.`)
      lines.push(
        `| ${feature} | ${status} | ${what} | ${tests.map((test) => `\`${test}\``).join(' ') || '–'} |`,
      )
    }
  }
  return `${lines.join('\n')}\n`
}

const Key = z.looseObject({
  description: z.string().optional(),
  type: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  minLength: z.number().optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
})
type Key = z.infer<typeof Key>

function toKind(key: Key, name: string): string {
  if (key.enum !== undefined) return key.enum.join(', ')
  if (key.format === 'uri' || name.endsWith('_URL')) return 'address'
  if (key.type !== 'string') return 'number'
  return key.minLength !== undefined && key.minLength > 1
    ? `text, ${key.minLength} characters or more`
    : 'text'
}

/** One row a key, with every role that reads it. @throws when a key is not described */
function environmentPage(): string {
  const rows = new Map<string, { key: Key; isRequired: boolean; roles: string[] }>()
  for (const [role, schema] of Object.entries({ ...ROLE_SCHEMAS, all: ProcessEnv })) {
    const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
    for (const [name, property] of Object.entries(properties)) {
      const key = Key.parse(property)
      if (key.description === undefined) throw new Error(`The key ${name} of ${role} has no description.`)
      const known = rows.get(name) ?? { key, isRequired: required.includes(name), roles: [] }
      known.roles.push(role)
      rows.set(name, known)
    }
  }
  const toRow = (name: string): string => {
    const { key, isRequired, roles } = rows.get(name) ?? { key: {} as Key, isRequired: false, roles: [] }
    const missing = isRequired
      ? 'must be told'
      : key.default === undefined
        ? 'none'
        : `\`${String(key.default)}\``
    return `| \`${name}\` | ${roles.join(', ')} | ${toKind(key, name)} | ${missing} | ${key.description} |`
  }
  const options = createProgram({ actions: createActions({}), version: '', defaultData: 'data' }).options
  return [
    '# Environment',
    '',
    'Every key that the processes read, made from their schemas by `npm run docs`. `up` sets those of `serve` for its own roles;',
    'with all faults told at once a role refuses to start. An empty text counts as absent. Each role gets the keys that it reads and no others.',
    '',
    '| key | read by | value | default | what |',
    '|---|---|---|---|---|',
    ...[...rows.keys()].sort().map(toRow),
    '',
    '## The command line',
    '',
    '| key | in place of | what |',
    '|---|---|---|',
    ...options.flatMap(({ envVar, flags, description }) =>
      envVar === undefined ? [] : [`| \`${envVar}\` | \`${flags}\` | ${description} |`],
    ),
    '',
  ].join('\n')
}

const pages = {
  'problems.md': await problemsPage(),
  'coverage.md': coveragePage(),
  'env.md': environmentPage(),
  'metrics.md': metricsPage(ROOT),
}
const stale: string[] = []
for (const [name, text] of Object.entries(pages)) {
  const file = join(DOCS, name)
  const options = await resolveConfig(file)
  const wanted = await format(text, { ...options, parser: 'markdown' })
  if (existsSync(file) && readFileSync(file, 'utf8') === wanted) continue
  if (process.argv.includes('--check')) stale.push(name)
  else writeFileSync(file, wanted)
}
if (stale.length > 0) {
  console.error(`Stale: ${stale.join(', ')} in infra/docs. Run npm run docs and commit the result.`)
  process.exitCode = 1
}
