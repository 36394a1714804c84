/** The archive as a folder of files. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { memberDamaged, objectMissing, storeRefused, storeUnreachable } from '../problems.ts'
import { checkName } from './object-store.ts'
import type { ListedObject, ObjectStore } from './object-store.ts'

/** What is being written; one that a crash has left is named by nobody, and goes with the garbage. */
const UNFINISHED = '.unfinished-'

/** @param folder made when the first object is put. */
export function createDirectoryStore(folder: string): ObjectStore {
  const toPath = (name: string): string => join(folder, checkName(name))

  function toProblem(error: unknown): unknown {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!/^E[A-Z0-9]+$/.test(code)) return error
    const make = code === 'EACCES' || code === 'EPERM' ? storeRefused : storeUnreachable
    return make({ place: folder, code }, error)
  }

  async function translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw toProblem(error)
    }
  }

  /** A folder that is away, like a disk not mounted, is not an object that is missing. */
  async function toMissing(name: string, error: unknown): Promise<unknown> {
    if (!isAbsent(error)) return toProblem(error)
    const found = await stat(folder).catch(() => undefined)
    return found === undefined ? toProblem(error) : objectMissing({ object: name }, error)
  }

  return {
    place: folder,
    put: async (name, bytes) => translated(() => writeDurably(folder, toPath(name), bytes)),
    async read(name, range) {
      const file = await open(toPath(name), 'r').catch(async (error: unknown) => {
        throw await toMissing(name, error)
      })
      try {
        return await translated(async () => {
          if (range === undefined) return file.readFile()
          const buffer = Buffer.allocUnsafe(range.bytes)
          const { bytesRead } = await file.read(buffer, 0, range.bytes, range.offset)
          if (bytesRead === range.bytes) return buffer
          throw memberDamaged({ object: name, offset: range.offset, what: 'the object is too short' })
        })
      } finally {
        await file.close()
      }
    },
    list: (prefix) => listFolder(folder, prefix, toProblem),
    delete: async (name) => translated(() => rm(toPath(name), { force: true })),
    close: () => undefined,
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

/** Bytes, then name, then the folder that holds the name: each on the disk before the next. */
async function writeDurably(root: string, path: string, bytes: Uint8Array): Promise<void> {
  const parent = dirname(path)
  const firstMade = await mkdir(parent, { recursive: true, mode: 0o700 })
  const unfinished = join(parent, `${UNFINISHED}${randomBytes(8).toString('hex')}`)
  try {
    const file = await open(unfinished, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw error
  }
  await syncFolder(parent)
  if (firstMade === undefined) return
  await syncFolder(root)
  await syncFolder(dirname(firstMade))
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function* listFolder(
  root: string,
  prefix: string,
  toProblem: (error: unknown) => unknown,
): AsyncGenerator<ListedObject> {
  const entries = await opendir(root, { recursive: true }).catch((error: unknown) => {
    if (isAbsent(error)) return undefined
    throw toProblem(error)
  })
  if (entries === undefined) return
  for await (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(root.length + 1)
    if (!name.startsWith(prefix)) continue
    // Renamed or removed since it was listed.
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined) yield { name, bytes: found.size, modifiedAt: found.mtime }
  }
}
