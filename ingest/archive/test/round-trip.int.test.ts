/** Whatever came in comes out again, byte for byte, from either store. */
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  oneof,
  record,
  string,
  uint8Array,
  uniqueArray,
} from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { form, request } from '../../test/scenario.ts'
import { ARCHIVE_NOW } from '../settings.ts'
import { createS3Store } from '../store/s3-store.ts'
import { createArchivePlace } from './place.ts'
import type { ArchivePlace } from './place.ts'
import { startTestS3 } from './s3-server.ts'

interface Sent {
  readonly xml: Buffer
  readonly isForm: boolean
  readonly files: readonly { readonly name: string; readonly contentType: string; readonly content: Buffer }[]
}

const content = oneof(
  uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  // Large, and of the kinds that compress or do not.
  integer({ min: 1, max: 3_000_000 }).map((size) => Buffer.alloc(size, '<answer>7</answer>')),
  integer({ min: 1, max: 600_000 }).map((size) =>
    Buffer.from(Array.from({ length: size }, (_, at) => (at * at * 31 + (at >> 3)) & 255)),
  ),
)
const file = record({
  // Postgres holds every character but NUL.
  name: string({ minLength: 1, maxLength: 40, unit: 'binary' }).map((name) => name.replaceAll('\u0000', '_')),
  contentType: constantFrom('image/jpeg', 'audio/amr', 'application/pdf', 'text/xml; charset=utf-8'),
  content,
})
const sent = record({
  text: string({ maxLength: 2_000, unit: 'grapheme-composite' }),
  isForm: boolean(),
  files: uniqueArray(file, { maxLength: 3, selector: ({ name }) => name }),
})

const escape = (text: string): string =>
  text
    .replaceAll(/[^\u0020-\ud7ff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')

async function openFolder() {
  return createArchivePlace()
}
async function openS3() {
  const server = await startTestS3()
  const place = await createArchivePlace(createS3Store(server.place))
  return {
    ...place,
    async close() {
      await place.close()
      await server.stop()
    },
  }
}

describe.each([
  { kind: 'a folder', open: openFolder },
  { kind: 'a server of S3', open: openS3 },
])('$kind', ({ open }) => {
  let place: ArchivePlace
  beforeAll(async () => {
    place = await open()
  })
  afterAll(() => place.close())

  it('gives back what came in', async () => {
    let count = 0
    await assert(
      asyncProperty(array(sent, { minLength: 1, maxLength: 12 }), async (all) => {
        const kept = new Map<string, Sent>()
        for (const { text, isForm, files } of all) {
          const formId = `r${(count += 1)}`
          const whole = form({ formId, cases: `<q>${escape(text)}</q>` })
          const xml = Buffer.from(isForm ? whole : whole.slice(0, -3))
          const result = await place.scenario.ingest.submit('demo', {
            ...request(''),
            xml,
            attachments: files,
          })
          if ('formId' in result) kept.set(result.formId, { xml, isForm, files })
        }
        expect(kept.size).toBe(all.length)
        const run = await place.archive.run({ ...ARCHIVE_NOW, objectBytes: 500_000 })
        expect(run.forms).toBe(all.length)
        for (const [formId, { xml, files }] of kept) {
          expect((await place.scenario.reads.readFormXml('demo', formId))?.equals(xml)).toBe(true)
          for (const { name, contentType, content: bytes } of files) {
            const found = await place.scenario.reads.readAttachment('demo', formId, name)
            if (name === 'form.xml') continue
            expect(found?.contentType).toBe(contentType)
            expect(found?.content.equals(bytes)).toBe(true)
          }
        }
      }),
      { numRuns: 12 },
    )
    expect((await place.archive.verify()).faults).toEqual([])
  })
})
