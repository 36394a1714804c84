/** Chooses the way: the address that was named, the platform that runs on the data directory, or the data itself. */
import { toDataDir } from '../data-dir/data-dir.ts'
import { findLiveHolder } from '../data-dir/lock.ts'
import { findSecrets } from '../data-dir/secrets.ts'
import { keyMissing, platformStarting } from '../problems.ts'
import type { GlobalOptions } from '../cli/options.ts'
import type { ApiCaller } from './caller.ts'
import { findPlatform } from './find-platform.ts'
import { createHttpCaller, toAuthorization } from './http-caller.ts'

/**
 * @param needs `engine`: the command also reads or writes the warehouse
 * @throws UP_KEY_MISSING, UP_PLATFORM_STARTING
 */
export async function openCaller(
  global: GlobalOptions,
  env: NodeJS.ProcessEnv,
  needs: { readonly engine: boolean },
): Promise<ApiCaller> {
  if (global.url !== undefined) {
    if (global.key === undefined) throw keyMissing({})
    return createHttpCaller({ url: global.url, authorization: toAuthorization(global.key) })
  }
  const dataDir = toDataDir(global.data)
  const platform = await findPlatform(dataDir)
  const secrets = platform && findSecrets(dataDir)
  if (platform && secrets) {
    return createHttpCaller({
      url: platform.url,
      authorization: `Bearer ${secrets.operatorToken.reveal()}`,
    })
  }
  if (findLiveHolder(dataDir)?.purpose === 'up') throw platformStarting({ dataDir: dataDir.path })
  const { createInProcessCaller } = await import('./in-process-caller.ts')
  return createInProcessCaller({ dataDir: global.data, env, engine: needs.engine })
}
