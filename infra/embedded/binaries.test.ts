import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { restoreLinks } from './binaries.ts'

it('restores the links that an install without scripts leaves out, and may be asked twice', async () => {
  const root = await mkdtemp(join(tmpdir(), 'links-'))
  const native = join(root, 'native')
  await mkdir(join(native, 'lib'), { recursive: true })
  await writeFile(join(native, 'lib/libpq.so.5.18'), 'library')
  const links = [
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
  ]
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links))
  await restoreLinks(native)
  await restoreLinks(native)
  expect(await readFile(join(native, 'lib/libpq.so.5'), 'utf8')).toBe('library')
  expect(await readlink(join(native, 'lib/libpq.so'))).toBe('libpq.so.5.18')
  await rm(root, { recursive: true })
})
