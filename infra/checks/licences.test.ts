/** What we hand on with the platform must be free to hand on. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      license: z.string().optional(),
      dev: z.boolean().optional(),
      devOptional: z.boolean().optional(),
    }),
  ),
})

const FREE = new Set(['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', '0BSD', 'MPL-2.0'])
/** Looked at one by one: as permissive as MIT, in plainer words. */
const LOOKED_AT: Readonly<Record<string, string>> = { 'node_modules/minipass': 'BlueOak-1.0.0' }

it('every production dependency has a licence that lets everybody use it', () => {
  const text = readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')
  const { packages } = Lock.parse(JSON.parse(text))
  const ours = Object.entries(packages).filter(([path, { dev, devOptional }]) => path && !dev && !devOptional)
  expect(ours.length).toBeGreaterThan(100)
  const odd = ours.filter(([path, { license = 'none' }]) => !FREE.has(license) && LOOKED_AT[path] !== license)
  expect(odd).toEqual([])
})
