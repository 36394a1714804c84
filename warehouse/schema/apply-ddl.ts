/** The tables of the warehouse, made from `ddl/*.sql` in the order of their names. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import { ddlChanged } from '../problems.ts'
import { ask } from '../query/ask.ts'

export interface DdlFile {
  readonly name: string
  readonly statement: string
  readonly checksum: string
}

const FOLDER = new URL('../ddl/', import.meta.url)

export async function readDdlFiles(): Promise<readonly DdlFile[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name) => {
      const statement = await readFile(new URL(name, FOLDER), 'utf8')
      return { name, statement, checksum: createHash('sha256').update(statement).digest('hex') }
    }),
  )
}

/**
 * Applies what is not in `ddl_log` yet; a statement that was applied but not noted is applied again (`if not exists`).
 * @returns the names of the files applied now.
 * @throws WAREHOUSE_DDL_CHANGED when a noted file has other contents today.
 */
export async function applyWarehouseDdl(warehouse: WarehouseClient): Promise<readonly string[]> {
  const files = await readDdlFiles()
  const [log] = files
  if (log !== undefined) await warehouse.command({ query: log.statement })
  const noted = await ask(warehouse, {
    sql: 'select name, checksum from ddl_log final order by name',
    params: {},
    row: z.object({ name: z.string(), checksum: z.string() }),
  })
  const checksums = new Map(noted.map((row) => [row.name, row.checksum]))
  const applied: string[] = []
  for (const file of files) {
    const checksum = checksums.get(file.name)
    if (checksum === file.checksum) continue
    if (checksum !== undefined) throw ddlChanged({ name: file.name })
    await warehouse.command({ query: file.statement })
    await warehouse.insert({
      table: 'ddl_log',
      values: [{ name: file.name, checksum: file.checksum }],
      format: 'JSONEachRow',
      clickhouse_settings: { async_insert: 0 },
    })
    applied.push(file.name)
  }
  return applied
}
