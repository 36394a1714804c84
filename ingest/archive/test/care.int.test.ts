import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Problem } from '#infra/platform/index.ts'
import { createArchive, createDirectoryStore } from '../../index.ts'
import { caseBlock, create, form, request, update } from '../../test/scenario.ts'
import { ARCHIVE_NOW } from '../settings.ts'
import { createArchivePlace, log } from './place.ts'
import type { ArchivePlace } from './place.ts'

const DOMAIN = 'demo'
const AT_ONCE = { graceSeconds: 0 }

let place: ArchivePlace
beforeAll(async () => {
  place = await createArchivePlace()
})
afterAll(() => place.close())

async function submit(formId: string, photo?: Buffer): Promise<void> {
  const attachments =
    photo === undefined ? [] : [{ name: 'p.jpg', contentType: 'image/jpeg', content: photo }]
  const cases = caseBlock(`case-of-${formId}`, create('t', 'Ann'))
  await place.scenario.ingest.submit(DOMAIN, { ...request(form({ formId, cases })), attachments })
}

const objectFiles = async (): Promise<string[]> =>
  (await readdir(join(place.folder, DOMAIN)).catch(() => [])).map((name) => join(place.folder, DOMAIN, name))

/** The one object that holds this form. */
async function fileOf(formId: string): Promise<string> {
  const { rows } = await place.scenario.database.postgres.pool.query<{ name: string }>(
    'select o.name from ingest.forms f join ingest.archive_objects o on o.object_id = f.archive_object where f.form_id = $1',
    [formId],
  )
  return join(place.folder, rows[0]?.name ?? '')
}

/** `right`, `wrong`, or the code of the refusal. */
async function outcomeOf(reading: Promise<Buffer | null>, xml: Buffer | null): Promise<string> {
  try {
    return (await reading)?.equals(xml ?? Buffer.alloc(0)) === true ? 'right' : 'wrong'
  } catch (error) {
    return error instanceof Problem ? error.code : 'no problem'
  }
}

describe('damage', () => {
  it('is told, and never read as a form', async () => {
    const { archive, scenario } = place
    await submit('d1')
    await submit('d2')
    await archive.run(ARCHIVE_NOW)
    const file = await fileOf('d1')
    const good = await readFile(file)
    // Any bit of the object, wherever it falls: what is read is right, or refused.
    const xml = await scenario.reads.readFormXml(DOMAIN, 'd1')
    const outcomes: string[] = []
    for (let at = 0; at < good.byteLength; at += 7) {
      const bad = Buffer.from(good)
      bad.writeUInt8(bad.readUInt8(at) ^ 1, at)
      await writeFile(file, bad)
      outcomes.push(await outcomeOf(scenario.reads.readFormXml(DOMAIN, 'd1'), xml))
      const { faults } = await archive.verify()
      outcomes.push(faults.some((fault) => fault.kind === 'object-damaged') ? 'told' : 'not told')
    }
    expect(new Set(outcomes)).toEqual(new Set(['right', 'INGEST_ARCHIVE_MEMBER_DAMAGED', 'told']))
    const refused = outcomes.filter((outcome) => outcome === 'INGEST_ARCHIVE_MEMBER_DAMAGED').length
    expect(refused).toBeGreaterThan(20)

    await writeFile(file, good.subarray(0, good.byteLength - 20))
    expect((await archive.verify()).faults).toMatchObject([
      { kind: 'object-damaged' },
      { kind: 'member-missing' },
    ])
    await writeFile(file, good)
    expect(await archive.verify()).toMatchObject({ faults: [], members: 2 })
  })

  it('of a missing object names the object, and leaves the others readable', async () => {
    const { archive, scenario } = place
    await submit('d3')
    await archive.run(ARCHIVE_NOW)
    const file = await fileOf('d3')
    await rename(file, `${file}.away`)
    await expect(scenario.reads.findForm(DOMAIN, 'd3')).rejects.toMatchObject({
      code: 'INGEST_ARCHIVE_OBJECT_MISSING',
    })
    expect(await scenario.reads.findForm(DOMAIN, 'd1')).toMatchObject({ form_id: 'd1' })
    const { faults } = await archive.verify()
    expect(faults).toMatchObject([{ kind: 'object-missing' }])
    await rename(`${file}.away`, file)
    expect((await archive.verify()).faults).toEqual([])
  })

  it('of the store as a whole stops reading old forms, not taking in new ones', async () => {
    const { archive, scenario, folder } = place
    await rename(folder, `${folder}-away`)
    await expect(scenario.reads.findForm(DOMAIN, 'd1')).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(scenario.ingest.archive(DOMAIN, 'd1', null)).rejects.toMatchObject({ kind: 'unavailable' })
    await submit('d4')
    expect(await scenario.reads.findForm(DOMAIN, 'd4')).toMatchObject({ form_id: 'd4' })
    // The same bytes again need no look at the old ones.
    await submit('d1')
    expect(await scenario.reads.formVersions(DOMAIN, 'd1')).toHaveLength(2)
    // A fresh folder in its place is not ours: whoever wrote there would mix two archives.
    await expect(archive.run(ARCHIVE_NOW)).rejects.toMatchObject({ code: 'INGEST_ARCHIVE_STORE_FOREIGN' })
    await rename(`${folder}-away`, folder)
    expect(await archive.run(ARCHIVE_NOW)).toMatchObject({ forms: 2 })
  })
})

describe('garbage', () => {
  it('is what no row names, and only when it is old enough', async () => {
    const { archive, folder } = place
    await writeFile(join(folder, DOMAIN, 'left-by-a-crash.cho'), 'x')
    await writeFile(join(folder, DOMAIN, '.unfinished-1'), 'x')
    const before = (await objectFiles()).length
    expect(await archive.collectGarbage()).toMatchObject({ unnamed_objects: 0, dead_objects: 0 })
    expect(await archive.collectGarbage(AT_ONCE)).toEqual({ unnamed_objects: 2, dead_objects: 0, bytes: 2 })
    expect((await objectFiles()).length).toBe(before - 2)
    expect((await archive.verify()).faults).toEqual([])
  })

  it('is an object of which every form is gone', async () => {
    const { archive, scenario } = place
    const { pool } = scenario.database.postgres
    await submit('g1', Buffer.from('small'))
    await archive.run(ARCHIVE_NOW)
    const file = await fileOf('g1')
    await expect(
      pool.query('delete from ingest.archive_objects where name like $1', [`${DOMAIN}/%`]),
    ).rejects.toMatchObject({ code: 'PLATFORM_POSTGRES_REFERENCE' })
    await pool.query('delete from ingest.forms where form_id = $1', ['g1'])
    expect(await archive.collectGarbage(AT_ONCE)).toMatchObject({ dead_objects: 1 })
    expect(await objectFiles()).not.toContain(file)
  })

  it('is never another platform’s', async () => {
    const { folder } = place
    const other = await createArchivePlace(createDirectoryStore(folder))
    try {
      await expect(other.archive.collectGarbage(AT_ONCE)).rejects.toMatchObject({
        code: 'INGEST_ARCHIVE_STORE_FOREIGN',
      })
      await other.scenario.ingest.submit(DOMAIN, request(form({ formId: 'o1', cases: '' })))
      await expect(other.archive.run(ARCHIVE_NOW)).rejects.toMatchObject({
        code: 'INGEST_ARCHIVE_STORE_FOREIGN',
      })
      expect(await other.scenario.reads.findForm(DOMAIN, 'o1')).toMatchObject({ form_id: 'o1' })
    } finally {
      await other.close()
    }
  })
})

describe('changes while a batch is on its way', () => {
  it('leave the changed form in Postgres, for the next run', async () => {
    const { scenario, store } = place
    await submit('e1')
    await submit('e2')
    let isEdited = false
    const archive = createArchive({
      postgres: scenario.database.postgres,
      log,
      store: {
        ...store,
        async put(name, bytes) {
          await store.put(name, bytes)
          if (isEdited || !name.endsWith('.cho')) return
          isEdited = true
          const cases = caseBlock('case-of-e1', create('t', 'Ann') + update('age', '7'))
          await scenario.ingest.submit(DOMAIN, request(form({ formId: 'e1', cases })))
        },
      },
    })
    expect(await archive.run(ARCHIVE_NOW)).toMatchObject({ forms: 1 })
    const xml = await scenario.reads.readFormXml(DOMAIN, 'e1')
    expect(xml?.toString()).toContain('<n0:age>7</n0:age>')
    // The edited form, and what it said before.
    expect(await archive.run(ARCHIVE_NOW)).toMatchObject({ forms: 2 })
    expect((await scenario.reads.readFormXml(DOMAIN, 'e1'))?.equals(xml ?? Buffer.alloc(0))).toBe(true)
    expect((await archive.verify()).faults).toEqual([])
  })
})
