import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLog } from '#infra/platform/index.ts'
import { createArchive, createDirectoryStore } from '#ingest/index.ts'
import { createApiScenario, createPeople, OPERATOR } from './api-scenario.ts'
import type { ApiScenario, People } from './api-scenario.ts'

const log = createLog({ name: 'api-test', level: 'silent' })
const XML = `<data xmlns="http://example.org/x" name="Visit"><q>7</q><m:meta xmlns:m="http://openrosa.org/jr/xforms"><m:userID>u1</m:userID><m:instanceID>f1</m:instanceID></m:meta></data>`

describe('the archive, through the API', () => {
  let folder: string
  let scenario: ApiScenario
  let people: People
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'casehouse-archive-'))
    scenario = await createApiScenario({
      openArchive: (postgres) => createArchive({ postgres, log, store: createDirectoryStore(folder) }),
    })
    people = await createPeople(scenario, 'clinic')
    const sent = await scenario.api.inject({
      method: 'POST',
      url: '/a/clinic/receiver/',
      headers: { authorization: people.credentials.adminKey.as, 'content-type': 'text/xml' },
      payload: XML,
    })
    if (sent.statusCode !== 201) throw new Error(`the form was answered ${sent.statusCode}`)
  })
  afterAll(async () => {
    await scenario.close()
    await rm(folder, { recursive: true, force: true })
  })

  const operator = (method: 'GET' | 'POST', path: string, body?: unknown) =>
    scenario.ask({ method, url: `/api/admin/archive${path}`, as: OPERATOR, body })
  const readXml = () =>
    scenario.ask({ url: '/a/clinic/api/form/attachment/f1/form.xml', ...people.credentials.adminKey })

  it('takes a young form only when told to, and reads it as before', async () => {
    expect((await readXml()).raw.body).toBe(XML)
    expect((await operator('GET', '')).body).toMatchObject({
      waiting_forms: 1,
      archived_forms: 0,
      objects: 0,
    })
    expect((await operator('POST', '/run', {})).body).toMatchObject({ forms: 0 })
    expect((await operator('POST', '/run', { now: true })).body).toMatchObject({ forms: 1, objects: 1 })
    expect((await operator('GET', '')).body).toMatchObject({
      waiting_forms: 0,
      archived_forms: 1,
      objects: 1,
    })
    expect((await readXml()).raw.body).toBe(XML)
  })

  it('is verified, and a damaged form is refused with its code', async () => {
    expect((await operator('POST', '/verify')).body).toMatchObject({
      members: 1,
      faults_total: 0,
      faults: [],
    })
    const [name = ''] = await readdir(join(folder, 'clinic'))
    await truncate(join(folder, 'clinic', name), 40)
    expect((await operator('POST', '/verify')).body).toMatchObject({
      faults_total: 2,
      faults: [{ kind: 'object-damaged' }, { kind: 'member-missing', form_id: 'f1' }],
    })
    expect(await readXml()).toMatchObject({ status: 500, body: { code: 'INGEST_ARCHIVE_MEMBER_DAMAGED' } })
    expect((await operator('GET', '')).body).toMatchObject({ verified_faults: 2 })
    await rm(folder, { recursive: true })
    expect(await readXml()).toMatchObject({ status: 503, body: { code: 'INGEST_ARCHIVE_STORE_UNREACHABLE' } })
  })

  it('is the operator’s alone', async () => {
    const answer = await scenario.ask({
      method: 'POST',
      url: '/api/admin/archive/run',
      ...people.credentials.admin,
      body: {},
    })
    expect(answer.status).toBe(403)
  })
})

it('says so where no archive was named', async () => {
  const scenario = await createApiScenario()
  try {
    const answer = await scenario.ask({
      method: 'POST',
      url: '/api/admin/archive/run',
      as: OPERATOR,
      body: {},
    })
    expect(answer).toMatchObject({ status: 503, body: { code: 'INGEST_ARCHIVE_STORE_ABSENT' } })
  } finally {
    await scenario.close()
  }
})
