/** Postgres refuses to run as root; when we are root it runs as "nobody". */
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

const NOBODY: ServerUser = { uid: 65_534, gid: 65_534 }

/** Undefined when the server may run as ourselves. */
export function findServerUser(): ServerUser | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined
}

/** The outermost folder on the way to `path`, itself included, that `user` cannot enter; undefined when all is open. */
export async function findBlockedParent(path: string, user: ServerUser): Promise<string | undefined> {
  const folders: string[] = []
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    folders.unshift(folder)
    if (folder === dirname(folder)) break
  }
  for (const folder of folders) {
    const { uid, gid, mode } = await stat(folder)
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return folder
  }
  return undefined
}
