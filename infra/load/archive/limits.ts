/** What the machine itself would do: the same bytes written and read by nothing but the system's own calls. */
import { createHash } from 'node:crypto'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { inflateRawSync, zstdCompressSync } from 'node:zlib'
import type { Postgres } from '#infra/platform/index.ts'

const FILE_BYTES = 8 * 1024 * 1024

/** Files of 8 MB, each synced, and the folder after it. @returns seconds */
export async function writePlainly(folder: string, bytes: number): Promise<number> {
  await mkdir(folder, { recursive: true })
  const block = Buffer.alloc(FILE_BYTES, 'casehouse')
  const startedAt = performance.now()
  for (let written = 0, file = 0; written < bytes; written += FILE_BYTES, file += 1) {
    const handle = await open(join(folder, String(file)), 'wx')
    await handle.write(block, 0, Math.min(FILE_BYTES, bytes - written))
    await handle.sync()
    await handle.close()
    const parent = await open(folder, 'r')
    await parent.sync()
    await parent.close()
  }
  return (performance.now() - startedAt) / 1_000
}

const READ = 'select xml_deflated from ingest.forms where xml_deflated is not null limit $1'

/** Out of Postgres, inflated, compressed once, hashed: what no archive of compressed forms can do without. @returns seconds */
export async function compressPlainly({ pool }: Postgres, forms: number): Promise<number> {
  const startedAt = performance.now()
  const { rows } = await pool.query<{ xml_deflated: Buffer }>(READ, [forms])
  const hash = createHash('sha256')
  for (const { xml_deflated } of rows) hash.update(zstdCompressSync(inflateRawSync(xml_deflated)))
  hash.digest()
  return (performance.now() - startedAt) / 1_000
}

export interface PlainPlace {
  readonly path: string
  readonly offset: number
  readonly bytes: number
}

/** Opened, read at its place, closed. */
export async function readPlainly({ path, offset, bytes }: PlainPlace): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.read(Buffer.allocUnsafe(bytes), 0, bytes, offset)
  } finally {
    await handle.close()
  }
}
