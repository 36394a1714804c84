import { Busboy } from '@fastify/busboy'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_ATTACHMENT_BYTES, MAX_FORM_BYTES, readSubmissionParts } from './attachment-rules.ts'
import { boundaryOf, parseMultipart, type MultipartPart } from './parse-multipart.ts'

interface Sent {
  readonly name: string
  readonly filename: string | null
  readonly type: string | null
  readonly content: Buffer
}

function bodyOf(boundary: string, sent: readonly Sent[], lead = ''): Buffer {
  const chunks: Buffer[] = [Buffer.from(lead)]
  for (const { name, filename, type, content } of sent) {
    const file = filename === null ? '' : `; filename="${filename}"`
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n`
    chunks.push(
      Buffer.from(`${head}${type === null ? '' : `Content-Type: ${type}\r\n`}\r\n`),
      content,
      Buffer.from('\r\n'),
    )
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`))
  return Buffer.concat(chunks)
}

function partsOf(body: Buffer | string, boundary = 'b'): readonly MultipartPart[] {
  const result = parseMultipart(Buffer.from(body), boundary)
  if (!result.ok) throw new Error(result.error)
  return result.parts
}
function errorOf(body: Buffer | string): string {
  const result = parseMultipart(Buffer.from(body), 'b')
  return result.ok ? 'accepted' : result.error
}

function byBusboy(
  body: Buffer,
  boundary: string,
): Promise<readonly { name: string; filename: string | null; content: string }[]> {
  return new Promise((resolve, reject) => {
    const found: { name: string; filename: string | null; content: string }[] = []
    const busboy = new Busboy({ headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } })
    busboy.on('file', (name, stream, filename) => {
      const one = { name, filename: filename ?? null, content: '' }
      found.push(one)
      stream.on('data', (chunk: Buffer) => (one.content += chunk.toString('latin1')))
    })
    busboy.on('field', (name, content) =>
      found.push({ name, filename: null, content: Buffer.from(content).toString('latin1') }),
    )
    busboy.on('finish', () => resolve(found))
    busboy.on('error', reject)
    busboy.end(body)
  })
}

describe('boundaryOf', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;charset=utf-8;Boundary="a b:c"', 'a b:c'],
    ['multipart/form-data; boundary=abc; charset=utf-8', 'abc'],
    [`multipart/form-data; boundary=${'x'.repeat(70)}`, 'x'.repeat(70)],
  ])('%s', (type, boundary) => expect(boundaryOf(type)).toBe(boundary))

  it.each([
    'text/xml',
    'multipart/form-data',
    'multipart/mixed; boundary=a',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
    'multipart/form-data; boundary="a "',
    'multipart/form-data; boundary="a\nb"',
  ])('refuses %j', (type) => expect(boundaryOf(type)).toBeNull())
})

describe('parseMultipart', () => {
  it('tells files from fields, keeps types, and does not copy', () => {
    const body = bodyOf(
      'b',
      [
        {
          name: 'xml_submission_file',
          filename: 'f.xml',
          type: 'Text/XML; charset=utf-8',
          content: Buffer.from('<a/>'),
        },
        { name: 'photo.jpg', filename: 'x"y', type: null, content: Buffer.from([0, 13, 10, 45, 45, 255]) },
        { name: 'field', filename: null, type: null, content: Buffer.alloc(0) },
      ].map((one) => ({ ...one, filename: one.filename?.replace('"', '\\"') ?? null })),
    )
    const parts = partsOf(body)
    expect(
      parts.map(({ name, filename, contentType, content }) => [
        name,
        filename,
        contentType,
        content.toString('hex'),
      ]),
    ).toEqual([
      ['xml_submission_file', 'f.xml', 'text/xml', '3c612f3e'],
      ['photo.jpg', 'x"y', 'application/octet-stream', '000d0a2d2dff'],
      ['field', null, 'text/plain', ''],
    ])
  })

  it('returns views into the body', () => {
    const body = bodyOf('b', [{ name: 'a', filename: 'f', type: null, content: Buffer.from('xyz') }])
    const result = parseMultipart(body, 'b')
    expect(result.ok && result.parts[0]?.content.buffer === body.buffer).toBe(true)
  })

  it('skips a preamble and an epilogue', () => {
    expect(
      partsOf(`hello\r\n--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--\r\nbye`),
    ).toMatchObject([{ name: 'a' }])
    expect(partsOf('--b--')).toEqual([])
  })

  const head = 'Content-Disposition: form-data; name="a"'
  it.each([
    ['no boundary', 'hello', 'does not contain'],
    ['an empty body', '', 'does not contain'],
    ['an unclosed part', `--b\r\n${head}\r\n\r\nx`, 'not closed'],
    ['a boundary with a tail', `--bb\r\n${head}\r\n\r\nx\r\n--b--`, 'line break'],
    ['a bare line feed after the boundary', `--b\n${head}\r\n\r\nx\r\n--b--`, 'line break'],
    ['a part without a blank line', `--b\r\n${head}\r\n--b--`, 'no body'],
    ['no header', `--b\r\n\r\nx\r\n--b--`, 'no body'],
    ['no name', `--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--`, 'no name'],
    [
      'another disposition',
      `--b\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n--b--`,
      'not form-data',
    ],
    ['two names', `--b\r\n${head}; name="c"\r\n\r\nx\r\n--b--`, 'not form-data'],
    ['a repeated header', `--b\r\n${head}\r\n${head}\r\n\r\nx\r\n--b--`, 'repeats'],
    ['a continued header', `--b\r\n${head}\r\n more\r\n\r\nx\r\n--b--`, 'malformed'],
    ['a bare line feed in the head', `--b\r\n${head}\nX: y\r\n\r\nx\r\n--b--`, 'malformed'],
    ['base64', `--b\r\n${head}\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--b--`, 'transfer encoding'],
    ['a head over 8 kB', `--b\r\n${head}\r\nX: ${'y'.repeat(9_000)}\r\n\r\nx\r\n--b--`, 'too long'],
    ['101 parts', `${`--b\r\n${head}\r\n\r\nx\r\n`.repeat(101)}--b--`, 'More than 100'],
  ])('refuses %s', (_, body, message) => expect(errorOf(body)).toContain(message))

  it('takes 100 parts', () =>
    expect(partsOf(`${`--b\r\n${head}\r\n\r\nx\r\n`.repeat(100)}--b--`)).toHaveLength(100))
})

const fieldName = fc
  .string({ unit: fc.constantFrom(...'abcXYZ._-0é '), minLength: 1, maxLength: 10 })
  .map((text) => `n${text}n`)
const content = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom('\r', '\n', '\r\n', '-', '--', '--b', 'x', '\r\n--', '\r\n-'), { maxLength: 12 })
    .map((pieces) => Buffer.from(pieces.join(''))),
)
const sent = fc.record({
  name: fieldName,
  filename: fieldName,
  type: fc.constantFrom('text/xml', 'image/jpeg', null),
  content,
})

describe('parseMultipart against busboy', () => {
  it('finds the same parts in generated bodies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 4 }), async (all) => {
        const boundary = 'bound-42'
        const body = bodyOf(boundary, all)
        const ours = partsOf(body, boundary).map(({ name, filename, content: bytes }) => ({
          name,
          filename,
          content: bytes.toString('latin1'),
        }))
        expect(ours).toEqual(
          all.map((one) => ({
            name: one.name,
            filename: one.filename,
            content: one.content.toString('latin1'),
          })),
        )
        expect(ours).toEqual(await byBusboy(body, boundary))
      }),
      { numRuns: 300 },
    )
  })

  it('never throws for mutated bodies, and what it accepts lies inside the body', () => {
    const change = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 4 }),
      insert: fc.constantFrom('', '\r\n', '--b', '\r\n--b--', '\0', '"', ';', ':', '\r\n\r\n', '\\', 'é'),
    })
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 3 }), fc.array(change, { maxLength: 4 }), (all, changes) => {
        let body = bodyOf('b', all)
        for (const { at, remove, insert } of changes) {
          const place = at % (body.length + 1)
          body = Buffer.concat([body.subarray(0, place), Buffer.from(insert), body.subarray(place + remove)])
        }
        const result = parseMultipart(body, 'b')
        const total = result.ok ? result.parts.reduce((sum, part) => sum + part.content.length, 0) : 0
        expect(total).toBeLessThanOrEqual(body.length)
        expect(result.ok ? 'Fine' : result.error).toMatch(/^[A-Z][\w -]+$/)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('§1.3 rules of a submission', () => {
  const file = (
    name: string,
    filename: string | null,
    contentType = 'application/x',
    bytes = Buffer.from('x'),
  ): MultipartPart => ({ name, filename, contentType, content: bytes })
  const xml = file('xml_submission_file', 'form.xml', 'text/xml')
  const answer = (...parts: MultipartPart[]) => readSubmissionParts(parts)

  it('takes the form and its attachments under their field names; the last of a name counts', () => {
    const result = answer(file('a.jpg', 'z.jpg', 'image/jpeg'), xml, file('a.jpg', 'y.jpg', 'image/png'))
    expect(result).toMatchObject({ ok: true, attachments: [{ name: 'a.jpg', contentType: 'image/png' }] })
  })

  it.each([
    ['an ordinary field', [xml, file('x', null)], 400, 'Received a submission with POST.keys()', false],
    ['no form', [file('a.jpg', 'a.jpg')], 400, '', false],
    ['an empty form', [file('xml_submission_file', 'f.xml', 'text/xml', Buffer.alloc(0))], 400, '', false],
    [
      'a form over 10 MB',
      [file('xml_submission_file', 'f.xml', 'text/xml', Buffer.alloc(MAX_FORM_BYTES + 1))],
      413,
      'Form exceeds 10MB size limit\n',
      false,
    ],
    [
      'an attachment over 15 MB',
      [xml, file('a.jpg', 'a.jpg', 'image/jpeg', Buffer.alloc(MAX_ATTACHMENT_BYTES + 1))],
      413,
      'Attachment exceeds 15MB size limit\n',
      false,
    ],
    ['a form not named .xml', [file('xml_submission_file', 'form.txt', 'text/xml')], 422, '', true],
    [
      'an attachment of another kind',
      [xml, file('a.exe', 'a.exe', 'application/x-msdownload')],
      422,
      '',
      true,
    ],
  ])('%s', (_, parts, status, text, openRosa) => {
    const result = readSubmissionParts(parts)
    expect(result).toMatchObject({ ok: false, status, openRosa })
    expect(!result.ok && result.text.startsWith(text)).toBe(true)
  })

  it('an allowed extension or an allowed type is enough', () => {
    for (const [filename, type] of [
      ['a.JPG', 'application/x'],
      ['a.amr', 'application/x'],
      ['none', 'audio/x-unknown'],
      ['a.zip', 'application/octet-stream'],
      ['a', 'application/pdf'],
    ] as const) {
      expect(answer(xml, file(filename, filename, type))).toMatchObject({ ok: true })
    }
    expect(answer(xml, file('jpg', 'jpg'))).toMatchObject({ ok: false, status: 422 })
  })
})
