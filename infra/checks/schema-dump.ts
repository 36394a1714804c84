/**
 * Writes what the migrations make of an empty database: `infra/platform/postgres/database.ts`, the types of Kysely, and
 * `infra/deploy/schema/postgres.sql`, for people to read. With `--check` it writes nothing and fails when they differ.
 */
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { startPostgres } from '#infra/embedded/index.ts'
import { createLog, createPostgres, migrate } from '#infra/platform/index.ts'
import { describeSchema } from './describe-schema.ts'

const REPOSITORY = resolve(import.meta.dirname, '../..')
const TYPES_FILE = join(REPOSITORY, 'infra/platform/postgres/database.ts')
const SQL_FILE = join(REPOSITORY, 'infra/deploy/schema/postgres.sql')

/** Instants are read as exact text and may be written as text or `Date`; see `infra/platform/postgres/types.ts`. */
const TYPE_MAPPING = { timestamptz: 'ColumnType<string, string | Date, string | Date>', int8: 'number' }

async function generateTypes(url: string, folder: string): Promise<string> {
  const file = join(folder, 'database.ts')
  const program = join(REPOSITORY, 'node_modules/kysely-codegen/dist/cli/bin.js')
  const args = [
    '--dialect=postgres',
    '--url=env(SCHEMA_DUMP_URL)',
    `--out-file=${file}`,
    '--date-parser=string',
  ]
  await promisify(execFile)(
    process.execPath,
    [program, ...args, `--type-mapping=${JSON.stringify(TYPE_MAPPING)}`, '--exclude-pattern=platform.*'],
    { cwd: folder, env: { ...process.env, SCHEMA_DUMP_URL: url } },
  )
  return (await readFile(file, 'utf8')).replace('export interface DB {', 'export interface Database {')
}

async function generate(): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'casehouse-schema-'))
  await chmod(folder, 0o711)
  try {
    const log = createLog({ name: 'schema-dump', level: 'warn' })
    const server = await startPostgres({ dataDir: join(folder, 'pg'), log, settings: { fsync: 'off' } })
    const postgres = createPostgres({ ...server.connection, maxConnections: 1 })
    try {
      await migrate(postgres, [REPOSITORY])
      const types = await generateTypes(server.url.reveal(), folder)
      return new Map([
        [TYPES_FILE, types],
        [SQL_FILE, await describeSchema(postgres)],
      ])
    } finally {
      await postgres.close()
      await server.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const isCheck = process.argv.includes('--check')
for (const [file, text] of await generate()) {
  const found = await readFile(file, 'utf8').catch(() => '')
  if (found === text) continue
  if (isCheck) {
    console.error(`${file} is not what the migrations make. Run npm run schema:dump and commit it.`)
    process.exitCode = 1
    continue
  }
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  console.log(`wrote ${file}`)
}
