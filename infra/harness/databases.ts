/** A Postgres database of its own for a test file, cloned from the migrated template in about 50 ms. */
import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { createPostgres, Secret, type Postgres, type PostgresOptions } from '#infra/platform/index.ts'
import { TEMPLATE_DATABASE } from './place.ts'
import { databaseNotTest } from './problems.ts'

export interface TestDatabase {
  readonly postgres: Postgres
  /** For programs that open their own pool. */
  readonly options: PostgresOptions
  readonly name: string
  /** A second pool on the same database, closed by `drop`. */
  connect(more?: PostgresOptions): Postgres
  drop(): Promise<void>
}

/** @throws HARNESS_DATABASE_NOT_TEST, always asked before anything is destroyed. */
export function refuseUnlessTest(database: string): void {
  if (!/(^|_)test(_|$)/.test(database)) throw databaseNotTest({ database })
}

function placeOptions(): PostgresOptions {
  const place = inject('postgresPlace')
  return { ...place, password: new Secret(place.password) }
}

/** Clones the template; call `drop` in `afterAll`. Holds no rows but what migrations put in. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  await asAdmin(`create database ${name} template ${TEMPLATE_DATABASE}`)
  const options: PostgresOptions = { ...placeOptions(), database: name }
  const opened: Postgres[] = []
  const connect = (more: PostgresOptions = {}): Postgres => {
    const postgres = createPostgres({ ...options, ...more })
    opened.push(postgres)
    return postgres
  }
  return {
    postgres: connect(),
    options,
    name,
    connect,
    drop: async () => {
      await Promise.all(opened.map((postgres) => postgres.close()))
      refuseUnlessTest(name)
      await asAdmin(`drop database if exists ${name} with (force)`)
    },
  }
}

/** Empties every table but the list of applied migrations. @throws HARNESS_DATABASE_NOT_TEST */
export async function truncateAll(postgres: Postgres): Promise<void> {
  const { rows } = await postgres.pool.query<{ database: string }>('select current_database() as database')
  refuseUnlessTest(rows[0]?.database ?? '')
  const tables = await postgres.pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema', 'platform') order by 1`,
  )
  await postgres.pool.query(
    `truncate ${tables.rows.map((row) => row.name).join(', ')} restart identity cascade`,
  )
}

async function asAdmin(statement: string): Promise<void> {
  const admin = createPostgres({ ...placeOptions(), maxConnections: 1 })
  try {
    await admin.pool.query(statement)
  } finally {
    await admin.close()
  }
}
