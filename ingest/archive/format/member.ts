/**
 * One form, or one file that came with a form, as it lies in an object. A frame tells its own length, so that an object can be
 * read from its first byte on without any index:
 *
 *   bytes of the frame, 4 · CRC-32 of what follows, 4 · codec, 1 · payload
 *
 * The payload, once decompressed, is the length of the head (4 bytes), the head as JSON, and the content. Numbers are little-endian.
 */
import { promisify } from 'node:util'
import { constants, crc32, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
import { formatUnknown, memberDamaged } from '../problems.ts'
import { FormColumnsKept } from './kept-columns.ts'

const FormHead = z.object({
  kind: z.literal('form'),
  domain: z.string(),
  form_id: z.string(),
  /** What the row of the form no longer says. */
  columns: FormColumnsKept,
})
const AttachmentHead = z.object({
  kind: z.literal('attachment'),
  domain: z.string(),
  form_id: z.string(),
  name: z.string(),
  content_type: z.string(),
})
const Head = z.discriminatedUnion('kind', [FormHead, AttachmentHead])
/** Ids are those of the time of archiving: an edited form hands its member on to its deprecated copy. */
export type Head = z.infer<typeof Head>

export interface Member {
  readonly head: Head
  /** XML as received, or the file. */
  readonly content: Buffer
}

/** Where a member lies; what a read needs to know. */
export interface MemberPlace {
  readonly object: string
  readonly offset: number
  /** Of the frame. */
  readonly bytes: number
  readonly dictionaryId: number | null
}

const CODEC = { stored: 1, zstd: 2, zstdWithDictionary: 3 } as const
export const FRAME_BYTES = 9
const LENGTH_BYTES = 4
/** Measured on forms of 7 kB: higher levels keep 10 % less for twice the time. */
const LEVEL = 3
const PARAMS = { params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }
/** No form and no file is larger: what says so is not one of ours. */
const MAX_PAYLOAD_BYTES = 512 * 1024 * 1024
/** Photos and sound do not get smaller, and large ones cost time to find that out. */
const TRIED_BYTES = 256 * 1024
/** Above this, bytes are decompressed in another thread. */
const HERE_BYTES = 64 * 1024

const decompress = promisify(zstdDecompress)

export function toPayload({ head, content }: Member): Buffer {
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(json.byteLength)
  return Buffer.concat([length, json, content])
}

/** @param dictionary used where it helps, as for forms. */
export function toFrame(payload: Buffer, dictionary: Buffer | null): Buffer {
  const isTried = payload.byteLength <= TRIED_BYTES || payload.subarray(0, TRIED_BYTES).includes('</')
  const packed = isTried
    ? zstdCompressSync(payload, dictionary === null ? PARAMS : { ...PARAMS, dictionary })
    : payload
  const isSmaller = packed.byteLength < payload.byteLength
  const codec = !isSmaller ? CODEC.stored : dictionary === null ? CODEC.zstd : CODEC.zstdWithDictionary
  const body = isSmaller ? packed : payload
  const frame = Buffer.allocUnsafe(FRAME_BYTES + body.byteLength)
  frame.writeUInt32LE(frame.byteLength, 0)
  frame.writeUInt8(codec, 8)
  frame.set(body, FRAME_BYTES)
  frame.writeUInt32LE(crc32(frame.subarray(8)), 4)
  return frame
}

/** Whether a frame needs the dictionary of its object. */
export function needsDictionary(frame: Buffer): boolean {
  return frame[8] === CODEC.zstdWithDictionary
}

/**
 * @param at for the refusal.
 * @throws INGEST_ARCHIVE_MEMBER_DAMAGED, INGEST_ARCHIVE_FORMAT_UNKNOWN
 */
export async function readFrame(
  frame: Buffer,
  dictionary: Buffer | null,
  at: { readonly object: string; readonly offset: number },
): Promise<Member> {
  const damaged = (what: string, cause?: unknown) => memberDamaged({ ...at, what }, cause)
  if (frame.byteLength < FRAME_BYTES || frame.readUInt32LE(0) !== frame.byteLength)
    throw damaged('no member begins there, or another one')
  if (crc32(frame.subarray(8)) !== frame.readUInt32LE(4)) throw damaged('its checksum is wrong')
  const codec = frame.readUInt8(8)
  if (codec < CODEC.stored || codec > CODEC.zstdWithDictionary) throw formatUnknown({ ...at, found: codec })
  const body = frame.subarray(FRAME_BYTES)
  try {
    return readPayload(codec === CODEC.stored ? body : await unpack(body, codec, dictionary))
  } catch (error) {
    throw damaged('it cannot be unpacked', error)
  }
}

async function unpack(body: Buffer, codec: number, dictionary: Buffer | null): Promise<Buffer> {
  const limit = { maxOutputLength: MAX_PAYLOAD_BYTES }
  const options = codec === CODEC.zstdWithDictionary && dictionary !== null ? { ...limit, dictionary } : limit
  return body.byteLength > HERE_BYTES ? decompress(body, options) : zstdDecompressSync(body, options)
}

function readPayload(payload: Buffer): Member {
  const end = LENGTH_BYTES + payload.readUInt32LE(0)
  const head = Head.parse(JSON.parse(payload.toString('utf8', LENGTH_BYTES, end)))
  return { head, content: payload.subarray(end) }
}
