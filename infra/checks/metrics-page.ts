/** `infra/docs/metrics.md`: every metric that the code asks for. A name, help or label that is not written out where it is asked for fails. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Metric {
  readonly kind: string
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
}

const ASKED = /\.(?:counter|gauge|histogram)\(/g
const TEXT = `(?:'[^'\\n]*'|"[^"\\n]*")`
const WRITTEN_OUT = new RegExp(
  String.raw`\.(counter|gauge|histogram)\(\s*'([a-z_]+)',\s*(${TEXT}(?:\s*\+\s*${TEXT})*)\s*(?:,\s*\[([^\]]*)\]\s*)?[,)]`,
  'g',
)
const SOURCES = '{infra,tenants,ingest,warehouse,api}/**/*.ts'
/** What is never in a label: there would be a series for each. */
const UNBOUNDED = /^(domain|.*_id|id|username|user|email|phone|path|url)$/

function readTexts(written: string): string {
  return [...written.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, single, double]) => single ?? double).join('')
}

/** @throws when a metric is not written out, or has two meanings, or a label without bounds */
export function readMetrics(root: string): readonly Metric[] {
  const found = new Map<string, Metric>()
  const files = globSync(SOURCES, { cwd: root }).filter(
    (file) =>
      !file.includes('test') && !file.includes('node_modules') && file !== 'infra/platform/metrics.ts',
  )
  for (const file of files.sort()) {
    const source = readFileSync(join(root, file), 'utf8')
    const written = [...source.matchAll(WRITTEN_OUT)]
    if (written.length !== [...source.matchAll(ASKED)].length)
      throw new Error(`${file} asks for a metric whose name, help or labels are not written out there.`)
    for (const [, kind = '', name = '', help = '', labels = ''] of written) {
      const metric = { kind, name, help: readTexts(help) }
      const names = [...labels.matchAll(/'([a-z_]+)'/g)].map(([, label]) => label ?? '')
      const known = found.get(name)
      if (known !== undefined && known.help !== metric.help)
        throw new Error(`${name} has two explanations, the second in ${file}.`)
      const unbounded = names.find((label) => UNBOUNDED.test(label))
      if (unbounded !== undefined)
        throw new Error(`${name} in ${file} has the label ${unbounded}, which has no bounds.`)
      found.set(name, { ...metric, labels: names })
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

export function metricsPage(root: string): string {
  const metrics = readMetrics(root)
  const rows = metrics.map(
    ({ kind, name, help, labels }) =>
      `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${help.replaceAll('|', '\\|')} |`,
  )
  return [
    '# Metrics',
    '',
    'Every number that the processes count, made from the code by `npm run docs`. The label `role` on each says which process; labels are',
    'small sets, never a project space, an id or anything typed. How they are reached: [operations](operations.md#metrics).',
    '',
    '| name | kind | labels | what |',
    '|---|---|---|---|',
    ...rows,
    '',
    'Besides, each process shows `process_…` (CPU, memory, file descriptors) and `nodejs_…` (event loop lag, heap, garbage collection), as',
    '[prom-client](https://github.com/siimon/prom-client) counts them.',
    '',
  ].join('\n')
}
