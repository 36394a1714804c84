/** The body of a request: unpacked, bounded, its head in memory and the data of an insert in a file of its own. */
import { randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { PassThrough, Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { EngineException, raise } from './exception.ts'

export interface Body {
  /** The first bytes, at least `headBytes` of them unless the body is shorter. */
  readonly head: Buffer
  /** Whether `head` is all. */
  readonly whole: boolean
  /** What follows the head; to be read once. */
  rest(): AsyncIterable<Buffer>
}

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

/** @throws EngineException 48 for an unknown encoding, 117 for broken data, 223 beyond `maxBytes` after unpacking */
export async function readBody(
  request: IncomingMessage,
  { headBytes, maxBytes }: { headBytes: number; maxBytes: number },
): Promise<Body> {
  const chunks = unpack(request, maxBytes)
  const head: Buffer[] = []
  let size = 0
  while (size < headBytes) {
    const next = await chunks.next()
    if (next.done === true) return { head: Buffer.concat(head), whole: true, rest: async function* () {} }
    head.push(next.value)
    size += next.value.length
  }
  return { head: Buffer.concat(head), whole: false, rest: () => chunks }
}

/** Bytes come out whole or not at all: an upload that breaks off throws. */
async function* unpack(request: IncomingMessage, maxBytes: number): AsyncGenerator<Buffer, void> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  const decoder = encoding === 'identity' || encoding === '' ? () => new PassThrough() : DECODERS[encoding]
  if (decoder === undefined) throw raise(48, 'Content-Encoding must be gzip, deflate, br or zstd.')
  const unpacked = decoder()
  const packed = pipeline(request, unpacked)
  packed.catch(() => undefined)
  let size = 0
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw raise(223, `The body is larger than ${maxBytes} bytes.`)
      yield chunk
    }
    await packed
  } catch (error) {
    if (error instanceof EngineException) throw error
    throw raise(117, `The body could not be read as ${encoding}, or broke off.`)
  }
}

export interface SpoolFile {
  readonly path: string
  remove(): Promise<void>
}

export interface Spool {
  /** @throws whatever `data` throws; the file is then gone */
  write(data: AsyncIterable<Buffer>): Promise<SpoolFile>
}

/** Empties the folder: what a killed process left there was never acknowledged. */
export function createSpool(folder: string): Spool {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return {
    write: async (data) => {
      const path = join(folder, randomUUID())
      const remove = () => rm(path, { force: true })
      try {
        await pipeline(Readable.from(data, { objectMode: false }), createWriteStream(path, { mode: 0o600 }))
        return { path, remove }
      } catch (error) {
        await remove()
        throw error
      }
    },
  }
}
