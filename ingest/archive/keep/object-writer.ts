/** Members into objects: each object is stored when it is full, and remembered until it is named. */
import { createHash, randomUUID } from 'node:crypto'
import { reach } from '#infra/platform/index.ts'
import { createObjectBuilder } from '../format/object.ts'
import type { ObjectBuilder } from '../format/object.ts'
import { needsDictionary } from '../format/member.ts'
import type { ObjectStore } from '../store/object-store.ts'

/** An object that is in the store and that no row names yet. */
export interface StoredObject {
  readonly name: string
  readonly bytes: number
  readonly forms: number
  readonly attachments: number
  readonly rawBytes: number
  /** Whether members need the dictionary with which the writer was made. */
  readonly hasDictionary: boolean
  readonly sha256: Buffer
}

export interface Placed {
  /** Name of the object. */
  readonly object: string
  readonly offset: number
  readonly bytes: number
}

export interface ObjectWriter {
  readonly stored: readonly StoredObject[]
  /** @param rawBytes of the content alone */
  add(kind: 'form' | 'attachment', frame: Buffer, rawBytes: number): Promise<Placed>
  /** An object for this member alone: it need not be copied when its neighbours die. */
  addAlone(frame: Buffer, rawBytes: number): Promise<Placed>
  /** Stores what is left. */
  finish(): Promise<void>
}

interface OpenObject {
  readonly name: string
  readonly builder: ObjectBuilder
  forms: number
  attachments: number
  rawBytes: number
  hasDictionary: boolean
}

/** @param dictionary what frames may need; objects without such a frame do not carry it. */
export function createObjectWriter(options: {
  readonly store: ObjectStore
  readonly domain: string
  readonly dictionary: Buffer | null
  readonly objectBytes: number
}): ObjectWriter {
  const { store, domain, dictionary, objectBytes } = options
  const stored: StoredObject[] = []
  let current: OpenObject | undefined

  const open = (kept: Buffer | null): OpenObject => ({
    // At random: nothing that was ever named is written over, whatever a restored database believes.
    name: `${domain}/${randomUUID()}.cho`,
    builder: createObjectBuilder(kept),
    forms: 0,
    attachments: 0,
    rawBytes: 0,
    hasDictionary: false,
  })

  async function put({ builder, ...object }: OpenObject): Promise<void> {
    const bytes = builder.build()
    await store.put(object.name, bytes)
    reach('archive.object.stored')
    const sha256 = createHash('sha256').update(bytes).digest()
    stored.push({ ...object, bytes: bytes.byteLength, sha256 })
  }

  async function finish(): Promise<void> {
    const last = current
    current = undefined
    if (last !== undefined) await put(last)
  }

  return {
    stored,
    finish,
    async add(kind, frame, rawBytes) {
      current ??= open(dictionary)
      const object = current
      const offset = object.builder.add(frame)
      if (kind === 'form') object.forms += 1
      else object.attachments += 1
      object.rawBytes += rawBytes
      object.hasDictionary ||= needsDictionary(frame)
      if (object.builder.bytes >= objectBytes) await finish()
      return { object: object.name, offset, bytes: frame.byteLength }
    },
    async addAlone(frame, rawBytes) {
      const object = { ...open(null), attachments: 1, rawBytes }
      const offset = object.builder.add(frame)
      await put(object)
      return { object: object.name, offset, bytes: frame.byteLength }
    },
  }
}
