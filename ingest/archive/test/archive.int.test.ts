import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createArchive, createIngestReads, readArchiveStatus } from '../../index.ts'
import type { Archive, ObjectStore } from '../../index.ts'
import { caseBlock, create, form, request, update } from '../../test/scenario.ts'
import type { IngestScenario } from '../../test/scenario.ts'
import { ARCHIVE_NOW } from '../settings.ts'
import type { CountingStore } from './counting-store.ts'
import { createArchivePlace, log } from './place.ts'
import type { ArchivePlace } from './place.ts'

const DOMAIN = 'demo'

let place: ArchivePlace
let scenario: IngestScenario
let store: CountingStore
let archive: Archive

beforeAll(async () => {
  place = await createArchivePlace()
  ;({ scenario, store, archive } = place)
})
afterAll(() => place.close())

const photo = Buffer.from([0xff, 0xd8, 0, 1, 2, 3, 0xff, 0xd9])

async function submitWithFiles(formId: string, cases: string, files: readonly [string, Buffer][] = []) {
  const attachments = files.map(([name, content]) => ({ name, contentType: 'image/jpeg', content }))
  return scenario.ingest.submit(DOMAIN, { ...request(form({ formId, cases })), attachments })
}

async function rowsInPostgres(): Promise<{ forms: number; files: number }> {
  const { rows } = await scenario.database.postgres.pool.query<{ forms: number; files: number }>(
    `select (select count(*) from ingest.forms where xml_deflated is not null) as forms,
       (select count(*) from ingest.form_attachments where content is not null) as files`,
  )
  return rows[0] ?? { forms: -1, files: -1 }
}

describe('a form in the archive', () => {
  it('reads as it did before, by one ranged read', async () => {
    await submitWithFiles('f1', caseBlock('c1', create('t', 'Ann')), [
      ['photo.jpg', photo],
      ['empty.jpg', Buffer.alloc(0)],
    ])
    await submitWithFiles('f2', caseBlock('c1', update('age', '31')))
    const reads = createIngestReads({
      postgres: scenario.database.postgres,
      readMember: archive.readMember,
    })
    const look = async () => ({
      form: await reads.findForm(DOMAIN, 'f1'),
      xml: await reads.readFormXml(DOMAIN, 'f1'),
      formXml: await reads.readAttachment(DOMAIN, 'f1', 'form.xml'),
      photo: await reads.readAttachment(DOMAIN, 'f1', 'photo.jpg'),
      empty: await reads.readAttachment(DOMAIN, 'f1', 'empty.jpg'),
      answers: await reads.formAnswers(DOMAIN, 'f1'),
      history: await reads.caseHistory(DOMAIN, 'c1'),
      versions: await reads.formVersions(DOMAIN, 'f1'),
      changes: await reads.formHistory(DOMAIN, 'f1'),
      other: await reads.findForm('other', 'f1'),
    })
    const before = await look()
    expect(before.photo?.content.equals(photo)).toBe(true)
    expect(before.empty?.content.byteLength).toBe(0)
    expect(before.history.map((step) => step.form_name)).toEqual(['Register', 'Register'])

    expect(await archive.run(ARCHIVE_NOW)).toMatchObject({ forms: 2, attachments: 2, objects: 1 })
    expect(await rowsInPostgres()).toEqual({ forms: 0, files: 0 })
    expect(await look()).toEqual(before)

    store.reset()
    await reads.findForm(DOMAIN, 'f1')
    expect(store.counts()).toEqual({ ranged: 1, whole: 0 })
    await reads.readAttachment(DOMAIN, 'f1', 'photo.jpg')
    expect(store.counts()).toEqual({ ranged: 2, whole: 0 })
  })

  it('is edited, archived and taken back as one in Postgres', async () => {
    const { ingest, reads } = scenario
    const original = await reads.findForm(DOMAIN, 'f2')
    expect(await submitWithFiles('f2', caseBlock('c1', update('age', '32')))).toMatchObject({
      kind: 'edited',
    })
    const edited = await reads.findForm(DOMAIN, 'f2')
    const old = await reads.findForm(DOMAIN, edited?.deprecated_form_id ?? '')
    expect(old).toMatchObject({
      form: original?.form,
      app_id: original?.app_id,
      username: original?.username,
      device_id: original?.device_id,
      submit_ip: original?.submit_ip,
      orig_id: 'f2',
    })
    expect((await scenario.stateOf('c1'))?.properties['age']).toBe('32')
    expect(await rowsInPostgres()).toMatchObject({ forms: 1 })
    await archive.run(ARCHIVE_NOW)
    expect(await rowsInPostgres()).toMatchObject({ forms: 0 })

    expect(await ingest.archive(DOMAIN, 'f2', null)).toBe(true)
    expect((await scenario.stateOf('c1'))?.properties['age']).toBeUndefined()
    expect(await ingest.unarchive(DOMAIN, 'f2', null)).toBe(true)
    expect((await scenario.stateOf('c1'))?.properties['age']).toBe('32')
    expect(await submitWithFiles('f2', caseBlock('c1', update('age', '32')))).toMatchObject({
      kind: 'duplicate',
    })
    await archive.run(ARCHIVE_NOW)
    expect(await archive.verify()).toMatchObject({ faults: [] })
  })

  it('keeps its files when it is sent again after an error', async () => {
    const refers = caseBlock(
      'c2',
      `${create('t', 'Bo')}<n0:index><n0:host case_type="t">nobody</n0:host></n0:index>`,
    )
    expect(await submitWithFiles('f9', refers, [['photo.jpg', photo]])).toMatchObject({ kind: 'case-error' })
    await archive.run(ARCHIVE_NOW)
    await submitWithFiles('f10', caseBlock('nobody', create('t', 'Host')))
    expect(await submitWithFiles('f9', refers)).toMatchObject({ kind: 'saved' })
    const kept = await scenario.reads.readAttachment(DOMAIN, 'f9', 'photo.jpg')
    expect(kept?.content.equals(photo)).toBe(true)
    await archive.run(ARCHIVE_NOW)
    expect((await scenario.reads.readAttachment(DOMAIN, 'f9', 'photo.jpg'))?.content.equals(photo)).toBe(true)
  })

  it('tells how far it is', async () => {
    const status = await readArchiveStatus(scenario.database.postgres)
    expect(status.waiting_forms).toBe(0)
    expect(status.archived_forms).toBeGreaterThanOrEqual(6)
    expect(status.last_error_code).toBeNull()
    expect(status.last_done_at).not.toBeNull()
    expect(status.verified_faults).toBe(0)
    expect(status.bytes).toBeGreaterThan(0)
  })
})

describe('when to archive', () => {
  it('leaves young forms, and few ones of a quiet domain, where they are', async () => {
    await submitWithFiles('young', caseBlock('c5', create('t', 'Cy')))
    expect(await archive.run({ leastObjectBytes: 0 })).toMatchObject({ forms: 0 })
    expect(await archive.run({ ageSeconds: 0 })).toMatchObject({ forms: 0 })
    expect(await archive.run({ ageSeconds: 0, patienceSeconds: 0 })).toMatchObject({ forms: 1 })
  })

  it('never lets two processes at it', async () => {
    const slow: ObjectStore = {
      ...store,
      async put(name, bytes) {
        await expect(archive.run(ARCHIVE_NOW)).rejects.toMatchObject({ code: 'INGEST_ARCHIVE_BUSY' })
        await store.put(name, bytes)
      },
    }
    await submitWithFiles('alone', caseBlock('c6', create('t', 'Di')))
    const other = createArchive({ postgres: scenario.database.postgres, store: slow, log })
    expect(await other.run(ARCHIVE_NOW)).toMatchObject({ forms: 1 })
  })
})
