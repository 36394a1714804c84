/** Brings a database up to the schema of this program: every room's plain SQL files, once each, in the order of their names. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { DatabaseError } from 'pg'
import type { PoolClient } from 'pg'
import type { Postgres } from '../contract.ts'
import { migrationChanged, migrationDuplicate, migrationFailed, migrationMissing } from './problems.ts'

/** Any number that no other lock of ours uses; held while migrating, so that two programs do not do it at once. */
const MIGRATION_LOCK = '7203615441002'
const FEED_FOLDER = resolve(import.meta.dirname, '../feed')
const FILE_NAME = /^\d{8}-\d{4}-[a-z0-9-]+\.sql$/

interface Migration {
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

export interface MigrationResult {
  /** Names of the files that this call applied, in order. */
  readonly applied: readonly string[]
}

/**
 * Applies what is missing, each file in its own transaction. Safe to call from several processes at once.
 * @param roots folders that hold `migrations/*.sql`, or that hold such folders (the repository's root will do);
 *   the feed's own migrations are always among them.
 * @throws PLATFORM_MIGRATION_CHANGED, PLATFORM_MIGRATION_MISSING, PLATFORM_MIGRATION_FAILED
 */
export async function migrate(postgres: Postgres, roots: readonly string[]): Promise<MigrationResult> {
  const migrations = await readMigrations(roots)
  const client = await postgres.pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    return await applyMissing(client, migrations)
  } finally {
    // Closing the session also frees the lock, whatever state it is in.
    client.release(true)
  }
}

async function applyMissing(client: PoolClient, migrations: readonly Migration[]): Promise<MigrationResult> {
  await client.query(`create schema if not exists platform`)
  await client.query(`create table if not exists platform.migrations (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`)
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from platform.migrations order by name',
  )
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const { name, checksum } of rows) {
    const migration = known.get(name)
    if (migration === undefined) throw migrationMissing({ name })
    if (migration.checksum !== checksum) throw migrationChanged({ name })
    known.delete(name)
  }
  for (const migration of known.values()) await applyOne(client, migration)
  return { applied: [...known.keys()] }
}

async function applyOne(client: PoolClient, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(sql)
    await client.query('insert into platform.migrations (name, checksum) values ($1, $2)', [name, checksum])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    const sqlstate = cause instanceof DatabaseError ? (cause.code ?? 'unknown') : 'unknown'
    throw migrationFailed({ name, sqlstate }, error)
  }
}

/** All files, sorted by name; a checksum ignores line endings, which a checkout may change. */
export async function readMigrations(roots: readonly string[]): Promise<readonly Migration[]> {
  const folders = new Set<string>([join(FEED_FOLDER, 'migrations')])
  for (const root of roots)
    for (const folder of await findMigrationFolders(resolve(root))) folders.add(folder)
  const migrations = new Map<string, Migration>()
  for (const folder of folders) {
    for (const file of await readdir(folder)) {
      if (!FILE_NAME.test(file)) continue
      const name = basename(file, '.sql')
      if (migrations.has(name)) throw migrationDuplicate({ name })
      const sql = (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n')
      migrations.set(name, { name, sql, checksum: createHash('sha256').update(sql).digest('hex') })
    }
  }
  return [...migrations.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function findMigrationFolders(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory())
  if (folders.some((folder) => folder.name === 'migrations')) return [join(root, 'migrations')]
  const rooms = folders.filter((folder) => folder.name !== 'node_modules' && !folder.name.startsWith('.'))
  const found: string[] = []
  for (const room of rooms) {
    const inside = await readdir(join(root, room.name), { withFileTypes: true })
    if (inside.some((entry) => entry.isDirectory() && entry.name === 'migrations')) {
      found.push(join(root, room.name, 'migrations'))
    }
  }
  return found
}
