/** One suite, on a folder and on a server of S3: whoever uses a store need not know which it is. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDirectoryStore } from '../store/directory-store.ts'
import { openStore } from '../store/open-store.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { createS3Store } from '../store/s3-store.ts'
import { startTestS3 } from './s3-server.ts'
import type { TestS3 } from './s3-server.ts'

interface Opened {
  readonly store: ObjectStore
  close(): Promise<void>
}

async function openDirectory(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'casehouse-archive-'))
  return {
    store: createDirectoryStore(join(folder, 'archive')),
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

async function openS3(): Promise<Opened> {
  const server = await startTestS3()
  const store = createS3Store(server.place)
  return {
    store,
    async close() {
      store.close()
      await server.stop()
    },
  }
}

const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7 + (index >> 8)) % 256))

describe.each([
  { kind: 'a folder', open: openDirectory },
  { kind: 'a server of S3', open: openS3 },
])('$kind', ({ open }) => {
  let opened: Opened
  let store: ObjectStore
  beforeAll(async () => {
    opened = await open()
    ;({ store } = opened)
    await store.put('clinic/one.cho', bytes)
  })
  afterAll(() => opened.close())

  it('gives back what was put, whole and any part of it', async () => {
    expect((await store.read('clinic/one.cho')).equals(bytes)).toBe(true)
    for (const [offset, length] of [
      // One byte from the start is a part that this server of S3 takes for the whole.
      [0, 2],
      [0, 100_000],
      [99_999, 1],
      [4_321, 12_345],
    ] as const) {
      const part = await store.read('clinic/one.cho', { offset, bytes: length })
      expect(part.equals(bytes.subarray(offset, offset + length))).toBe(true)
    }
  })

  it('tells a missing object from a short one', async () => {
    await expect(store.read('clinic/none.cho')).rejects.toMatchObject({
      code: 'INGEST_ARCHIVE_OBJECT_MISSING',
    })
    await expect(store.read('clinic/none.cho', { offset: 0, bytes: 5 })).rejects.toMatchObject({
      code: 'INGEST_ARCHIVE_OBJECT_MISSING',
    })
    for (const range of [
      { offset: 99_990, bytes: 20 },
      { offset: 200_000, bytes: 5 },
    ]) {
      await expect(store.read('clinic/one.cho', range)).rejects.toMatchObject({
        code: 'INGEST_ARCHIVE_MEMBER_DAMAGED',
      })
    }
  })

  it('lists by prefix, more than a page holds', async () => {
    for (let at = 0; at < 30; at += 1) await store.put(`many/${at}.cho`, Buffer.from(`${at}`))
    const names: string[] = []
    for await (const listed of store.list('many/')) {
      names.push(listed.name)
      expect(listed.bytes).toBe(listed.name.length - 'many/.cho'.length)
      expect(Math.abs(Date.now() - listed.modifiedAt.getTime())).toBeLessThan(3_600_000)
    }
    expect(names.toSorted()).toEqual(Array.from({ length: 30 }, (_, at) => `many/${at}.cho`).toSorted())
    const none = []
    for await (const listed of store.list('nobody/')) none.push(listed)
    expect(none).toEqual([])
  })

  it('deletes, also what is not there', async () => {
    await store.put('clinic/gone.cho', Buffer.from('x'))
    await store.delete('clinic/gone.cho')
    await store.delete('clinic/gone.cho')
    await expect(store.read('clinic/gone.cho')).rejects.toMatchObject({
      code: 'INGEST_ARCHIVE_OBJECT_MISSING',
    })
  })

  it('refuses a name that leaves the store', async () => {
    await expect(store.read('../secrets.json')).rejects.toThrow('cannot have this name')
    await expect(store.put('clinic/../../x', bytes)).rejects.toThrow('cannot have this name')
    await expect(store.put('/etc/x', bytes)).rejects.toThrow('cannot have this name')
  })
})

describe('a folder', () => {
  it('that is away is not an object that is missing', async () => {
    const store = createDirectoryStore(join(tmpdir(), `casehouse-none-${process.pid}`))
    await expect(store.read('clinic/one.cho')).rejects.toMatchObject({
      code: 'INGEST_ARCHIVE_STORE_UNREACHABLE',
      kind: 'unavailable',
    })
    const listed = []
    for await (const one of store.list('')) listed.push(one)
    expect(listed).toEqual([])
  })
})

describe('a server of S3', () => {
  let server: TestS3
  beforeAll(async () => {
    server = await startTestS3()
  })
  afterAll(() => server.stop())

  it('refuses wrong credentials, and says so', async () => {
    const unknown = createS3Store({ ...server.place, accessKeyId: 'NOBODY' })
    await expect(unknown.read('clinic/one.cho')).rejects.toMatchObject({
      code: 'INGEST_ARCHIVE_STORE_REFUSED',
      kind: 'unavailable',
    })
    await expect(unknown.put('clinic/one.cho', bytes)).rejects.toMatchObject({
      code: 'INGEST_ARCHIVE_STORE_REFUSED',
    })
    const nowhere = createS3Store({ ...server.place, bucket: 'no-such-bucket' })
    await expect(nowhere.put('clinic/one.cho', bytes)).rejects.toMatchObject({
      code: 'INGEST_ARCHIVE_STORE_REFUSED',
    })
  })

  it('that is down is unavailable, without a secret in the sentence', async () => {
    const port = await findClosedPort()
    const down = createS3Store({ ...server.place, endpoint: `http://127.0.0.1:${port}` })
    const failed = down.read('clinic/one.cho', { offset: 0, bytes: 1 })
    await expect(failed).rejects.toMatchObject({
      code: 'INGEST_ARCHIVE_STORE_UNREACHABLE',
      kind: 'unavailable',
    })
    await expect(failed).rejects.not.toThrow(/S3RVER/)
  })

  it('is opened from a URL, its prefix before every name', async () => {
    const { endpoint, region, accessKeyId, secretAccessKey, pathStyle } = server.place
    const settings = { endpoint, region, accessKeyId, secretAccessKey, pathStyle }
    const store = await openStore({ url: 's3://archive-test/some/place/', ...settings })
    await store.put('clinic/two.cho', bytes)
    const all = await openStore({ url: 's3://archive-test', ...settings })
    const names = []
    for await (const { name } of all.list('some/')) names.push(name)
    expect(names).toEqual(['some/place/clinic/two.cho'])
    await expect(openStore({ url: 's3://x y', ...settings })).rejects.toMatchObject({
      code: 'INGEST_ARCHIVE_URL_INVALID',
    })
    await expect(openStore({ url: 'ftp://x', ...settings })).rejects.toMatchObject({
      code: 'INGEST_ARCHIVE_URL_INVALID',
    })
  })
})

async function findClosedPort(): Promise<number> {
  const listener = createServer()
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve)
  })
  const address = listener.address()
  await new Promise((resolve) => {
    listener.close(resolve)
  })
  return typeof address === 'object' && address !== null ? address.port : 9
}
