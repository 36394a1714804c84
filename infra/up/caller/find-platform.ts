import { z } from 'zod'
import type { DataDir } from '../data-dir/data-dir.ts'
import { isPidAlive } from '../data-dir/lock.ts'
import { findPlatformFile, type Platform } from '../data-dir/state.ts'

const HEALTH_TIMEOUT_MS = 5_000

const Health = z.looseObject({ instance_id: z.string().optional() })

/** The health answer of whatever listens at `url`; undefined when it is not casehouse or nobody is there. */
export async function readHealth(url: string): Promise<
  | {
      readonly status: number
      readonly body: Record<string, unknown>
      readonly instanceId: string | undefined
    }
  | undefined
> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) })
    const body = Health.parse(await response.json())
    return { status: response.status, body, instanceId: body.instance_id }
  } catch {
    return undefined
  }
}

/**
 * The platform that runs on this data directory. A file left by a killed one is not believed: its process must live and
 * its address must answer as the same instance.
 */
export async function findPlatform(dataDir: DataDir): Promise<Platform | undefined> {
  const platform = findPlatformFile(dataDir)
  if (!platform || !isPidAlive(platform.pid)) return undefined
  const health = await readHealth(platform.url)
  return health?.instanceId === platform.instance_id ? platform : undefined
}
