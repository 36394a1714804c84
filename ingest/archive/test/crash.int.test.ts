/** Killed between any two steps, the archiver loses nothing and leaves nothing that does not go away. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FailPoint } from '#infra/platform/index.ts'
import { form, request } from '../../test/scenario.ts'
import { ARCHIVE_NOW } from '../settings.ts'
import { createArchivePlace } from './place.ts'
import type { ArchivePlace } from './place.ts'

const FORMS = 200
let place: ArchivePlace
const sent = new Map<string, Buffer>()

beforeAll(async () => {
  place = await createArchivePlace()
})
afterAll(() => place.close())

async function submitMany(): Promise<void> {
  const from = sent.size
  const photo = { name: 'p.jpg', contentType: 'image/jpeg', content: Buffer.alloc(700, 'p') }
  const submit = async (at: number): Promise<void> => {
    const formId = `k${at}`
    const noise = Buffer.from(`${formId}${Math.sin(at)}`.repeat(20)).toString('base64')
    const xml = Buffer.from(form({ formId, cases: `<q>${noise}</q>` }))
    await place.scenario.ingest.submit('demo', { ...request(''), xml, attachments: [photo] })
    sent.set(formId, xml)
  }
  // No more at once than the lane lets wait.
  for (let at = 0; at < FORMS; at += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, more) => submit(from + at + more)))
  }
}

/** @returns the signal that ended it, or its exit code. */
async function runChild(failPoints: string): Promise<string | number | null> {
  const { host, port, user, database, password } = place.scenario.database.options
  const told = {
    folder: place.folder,
    failPoints,
    postgres: { host, port, user, database, password: password?.reveal() },
  }
  const child = fork(join(import.meta.dirname, 'archive-child.ts'), [JSON.stringify(told)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return signal ?? code
}

async function expectWhole(): Promise<void> {
  const seen: (Buffer | null)[] = []
  for (const formId of sent.keys()) seen.push(await place.scenario.reads.readFormXml('demo', formId))
  const wrong = [...sent.values()].filter((xml, at) => seen[at]?.equals(xml) !== true)
  expect(wrong).toEqual([])
  const photo = await place.scenario.reads.readAttachment('demo', 'k1', 'p.jpg')
  expect(photo?.content.byteLength).toBe(700)
}

const KILLS: readonly (readonly [FailPoint, number])[] = [
  ['archive.object.stored', 1],
  ['archive.object.stored', 3],
  ['archive.index.committed', 1],
]

it.each(KILLS)('killed at %s, the time %i', async (point, time) => {
  await submitMany()
  expect(await runChild(`${point}=kill:${time}`)).toBe('SIGKILL')
  await expectWhole()
  expect(await runChild('')).toBe(0)
  await expectWhole()
  const { pool } = place.scenario.database.postgres
  const { rows } = await pool.query('select 1 from ingest.forms where xml_deflated is not null')
  expect(rows).toEqual([])
  // What the killed one had stored is named by nobody, and goes.
  const garbage = await place.archive.collectGarbage({ graceSeconds: 0 })
  expect(garbage.unnamed_objects + garbage.dead_objects).toBeGreaterThan(0)
  expect((await place.archive.verify()).faults).toEqual([])
  await expectWhole()
})

it('told that the disk is full, it says so and leaves everything where it is', async () => {
  await submitMany()
  expect(await runChild('archive.object.stored=fail:2')).not.toBe(0)
  await expectWhole()
  expect((await place.archive.run(ARCHIVE_NOW)).forms).toBe(FORMS)
  await expectWhole()
})
