/**
 * An object: many members of one domain, readable from its first byte to its last without any database.
 *
 *   `CHAR`, 4 · version, 1 · zeros, 3 · bytes of the dictionary, 4 · dictionary · frames · number of frames, 4 · `CHARENDS`, 8
 */
import { formatUnknown, memberDamaged } from '../problems.ts'
import { FRAME_BYTES, readFrame } from './member.ts'
import type { Member } from './member.ts'

const MAGIC = 'CHAR'
const END = 'CHARENDS'
const VERSION = 1
const HEAD_BYTES = 12
const TAIL_BYTES = 12

export interface ObjectBuilder {
  /** So far, with everything that is still to come at its end. */
  readonly bytes: number
  readonly members: number
  /** @returns where the frame begins. */
  add(frame: Buffer): number
  /** The whole object. */
  build(): Buffer
}

/** @param dictionary of the frames; kept in the object so that it can be read alone. */
export function createObjectBuilder(dictionary: Buffer | null): ObjectBuilder {
  const kept = dictionary ?? Buffer.alloc(0)
  const head = Buffer.alloc(HEAD_BYTES)
  head.write(MAGIC, 0, 'latin1')
  head.writeUInt8(VERSION, 4)
  head.writeUInt32LE(kept.byteLength, 8)
  const parts: Buffer[] = [head, kept]
  let at = HEAD_BYTES + kept.byteLength
  let members = 0
  return {
    get bytes() {
      return at + TAIL_BYTES
    },
    get members() {
      return members
    },
    add(frame) {
      const offset = at
      parts.push(frame)
      at += frame.byteLength
      members += 1
      return offset
    },
    build() {
      const tail = Buffer.alloc(TAIL_BYTES)
      tail.writeUInt32LE(members, 0)
      tail.write(END, 4, 'latin1')
      return Buffer.concat([...parts, tail], at + TAIL_BYTES)
    },
  }
}

/** A member found in an object, or why it could not be read. */
export interface ScannedMember {
  readonly offset: number
  readonly bytes: number
  readonly member: Member | null
  readonly problem: unknown
}

/**
 * Every member in order, from the bytes alone. A damaged member does not hide those behind it.
 * @throws INGEST_ARCHIVE_MEMBER_DAMAGED when the object is not whole, INGEST_ARCHIVE_FORMAT_UNKNOWN
 */
export async function* scanObject(object: string, bytes: Buffer): AsyncGenerator<ScannedMember> {
  const damaged = (offset: number, what: string) => memberDamaged({ object, offset, what })
  if (bytes.byteLength < HEAD_BYTES + TAIL_BYTES || bytes.toString('latin1', 0, 4) !== MAGIC)
    throw damaged(0, 'it does not begin as an object does')
  const version = bytes.readUInt8(4)
  if (version !== VERSION) throw formatUnknown({ object, offset: 4, found: version })
  const end = bytes.byteLength - TAIL_BYTES
  const dictionaryEnd = HEAD_BYTES + bytes.readUInt32LE(8)
  const dictionary = dictionaryEnd > HEAD_BYTES ? bytes.subarray(HEAD_BYTES, dictionaryEnd) : null
  let found = 0
  let at = dictionaryEnd
  while (at < end) {
    const length = at + FRAME_BYTES <= end ? bytes.readUInt32LE(at) : 0
    if (length < FRAME_BYTES || at + length > end) throw damaged(at, 'no member begins there')
    yield {
      offset: at,
      bytes: length,
      ...(await tryFrame(bytes.subarray(at, at + length), dictionary, object, at)),
    }
    found += 1
    at += length
  }
  if (bytes.toString('latin1', end + 4) !== END || bytes.readUInt32LE(end) !== found)
    throw damaged(end, 'its end is missing')
}

async function tryFrame(
  frame: Buffer,
  dictionary: Buffer | null,
  object: string,
  offset: number,
): Promise<Pick<ScannedMember, 'member' | 'problem'>> {
  try {
    return { member: await readFrame(frame, dictionary, { object, offset }), problem: null }
  } catch (problem) {
    return { member: null, problem }
  }
}
