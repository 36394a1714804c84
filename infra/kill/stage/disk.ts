/** A disk of its own for the data directory, small enough to be filled: a file system in memory, where root may mount one. */
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const SIZE_MB = 6_000
const CHUNK = Buffer.alloc(1_048_576)

/** @returns whether it is mounted. */
export function mountOwnDisk(folder: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=0711`, 'casehouse-kill', folder], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

export function unmountOwnDisk(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'ignore' })
}

/** Takes every byte that is left. @returns gives them back. */
export function fillDisk(folder: string): () => void {
  const ballast = join(folder, 'ballast')
  const file = openSync(ballast, 'w')
  try {
    for (;;) writeSync(file, CHUNK, 0, nextWrite(folder))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  } finally {
    closeSync(file)
  }
  return () => rmSync(ballast, { force: true })
}

function nextWrite(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return Math.max(bsize, Math.min(CHUNK.length, bavail * bsize))
}
