/** The developer commands behind the npm scripts. Each returns the exit code. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { benchMissing } from '../problems.ts'
import { ROOT } from '../root.ts'
import { countTests } from './count-tests.ts'

/** @throws UP_BENCH_MISSING */
export async function runTask(
  task: string,
  rest: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  if (task === 'test') return runTests([], rest, env)
  if (task === 'test:kafka') return runTests(['--config', KAFKA_TESTS], rest, toKafkaEnvironment(env))
  if (task === 'test:kill') return run(join('infra', 'kill', 'main.ts'), rest, toKafkaEnvironment(env))
  if (task === 'check') return runChecks(env)
  if (task === 'bench') return runBench(rest, env)
  // The bootstrap has built the pages already.
  return 0
}

/** A program of node_modules, run by this Node, in the checkout. */
async function run(script: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const PATH = `${dirname(process.execPath)}${delimiter}${env.PATH ?? ''}`
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...env, PATH },
  })
  const forward = (signal: NodeJS.Signals): boolean => child.kill(signal)
  process.on('SIGINT', forward).on('SIGTERM', forward)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  process.off('SIGINT', forward).off('SIGTERM', forward)
  return code ?? 1
}

const KAFKA_TESTS = 'infra/harness/kafka/vitest.config.ts'

/** kafkajs sets one timer with a negative time, which Node 24 tells of and takes as 1 ms, as was meant. */
function toKafkaEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} --disable-warning=TimeoutNegativeWarning` }
}

/** @param suite arguments that choose another suite than that of `npm test`. */
async function runTests(
  suite: readonly string[],
  rest: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'casehouse-test-'))
  const file = join(folder, 'result.json')
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const code = await run('node_modules/vitest/vitest.mjs', ['run', ...suite, ...reporters, ...rest], env)
    const { passed, failed } = countTests(existsSync(file) ? readFileSync(file, 'utf8') : '', code)
    if (suite.length === 0)
      process.stdout.write(
        'NOT RUN: the tests against a real Kafka broker. Run npm run test:kafka (Java 17, Maven).\n',
      )
    process.stdout.write(`${passed} passed, ${failed} failed\n`)
    return failed > 0 ? 1 : code
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Check {
  readonly name: string
  readonly script: string
  readonly args: readonly string[]
  /** Runs only when this is there. */
  readonly needs: readonly string[]
}

const CHECKS: readonly Check[] = [
  { name: 'types', script: 'node_modules/typescript/bin/tsc', args: ['--noEmit'], needs: ['tsconfig.json'] },
  {
    name: 'types of the k6 scripts',
    script: 'node_modules/typescript/bin/tsc',
    args: ['--noEmit', '-p', 'infra/load/k6'],
    needs: ['infra/load/k6/tsconfig.json'],
  },
  {
    name: 'lint',
    script: 'node_modules/oxlint/bin/oxlint',
    args: ['--deny-warnings'],
    needs: ['.oxlintrc.json'],
  },
  {
    name: 'format',
    script: 'node_modules/prettier/bin/prettier.cjs',
    args: ['--check', '--log-level', 'warn', '.'],
    needs: ['.prettierrc.json'],
  },
  {
    name: 'pages',
    script: 'node_modules/svelte-check/bin/svelte-check',
    args: ['--tsconfig', './dashboards/tsconfig.json', '--output', 'human'],
    needs: ['dashboards/tsconfig.json'],
  },
  {
    name: 'imports',
    script: 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    args: [
      '--config',
      'infra/checks/dependency-cruiser.mjs',
      'infra',
      'tenants',
      'ingest',
      'warehouse',
      'api',
      'dashboards/src',
    ],
    needs: ['infra/checks/dependency-cruiser.mjs'],
  },
  { name: 'dead code', script: 'node_modules/knip/bin/knip.js', args: [], needs: ['knip.json'] },
  {
    name: 'schema dump',
    script: 'infra/checks/schema-dump.ts',
    args: ['--check'],
    needs: ['infra/checks/schema-dump.ts'],
  },
  { name: 'documents', script: 'infra/checks/docs.ts', args: ['--check'], needs: ['infra/checks/docs.ts'] },
]

/** Runs all, so that one run tells everything. */
async function runChecks(env: NodeJS.ProcessEnv): Promise<number> {
  const failed: string[] = []
  for (const { name, script, args, needs } of CHECKS) {
    if (!needs.every((path) => existsSync(join(ROOT, path)))) continue
    process.stdout.write(`— ${name}\n`)
    if ((await run(script, args, env)) !== 0) failed.push(name)
  }
  process.stdout.write(failed.length === 0 ? 'all checks passed\n' : `failed: ${failed.join(', ')}\n`)
  return failed.length === 0 ? 0 : 1
}

async function runBench([name, ...rest]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const known = readdirSync(join(ROOT, 'infra', 'load'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.replace(/\.ts$/, ''))
  if (name === undefined || !known.includes(name)) throw benchMissing({ known })
  return run(join('infra', 'load', `${name}.ts`), rest, name === 'kafka' ? toKafkaEnvironment(env) : env)
}
