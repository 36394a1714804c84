/** What the platform remembers about itself between two starts, and tells the command line while it runs. */
import { rmSync } from 'node:fs'
import { z } from 'zod'
import type { DataDir } from './data-dir.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'

const State = z.object({
  created_at: z.string(),
  /** The first web user: not made yet, made but its password not shown, or done. */
  admin: z.enum(['missing', 'unshown', 'shown']),
  demo_loaded: z.boolean(),
  /** The last day of the demo programme, kept so that a load that was cut short goes on with the same one. */
  demo_until: z.string().nullable(),
})
export type State = z.infer<typeof State>

export function readState(dataDir: DataDir, now: () => Date): State {
  const fresh = {
    created_at: now().toISOString(),
    admin: 'missing' as const,
    demo_loaded: false,
    demo_until: null,
  }
  return readJsonFile(dataDir.stateFile, State) ?? fresh
}

export function writeState(dataDir: DataDir, state: State): void {
  writeJsonFile(dataDir.stateFile, state)
}

/** Where the running platform listens. */
export const Platform = z.object({
  url: z.string(),
  pid: z.number().int(),
  instance_id: z.string(),
  started_at: z.string(),
  engine_url: z.string().nullable(),
  /** Where the supervisor answers the operator, on loopback; null where a program older than that wrote the file. */
  control_url: z.string().nullable().default(null),
  /** For this machine's tools only; null when Postgres is somebody else's. */
  database_url: z.string().nullable(),
})
export type Platform = z.infer<typeof Platform>

export function findPlatformFile(dataDir: DataDir): Platform | undefined {
  return readJsonFile(dataDir.platformFile, Platform)
}

export function writePlatformFile(dataDir: DataDir, platform: Platform): void {
  writeJsonFile(dataDir.platformFile, platform)
}

export function removePlatformFile(dataDir: DataDir): void {
  rmSync(dataDir.platformFile, { force: true })
}
