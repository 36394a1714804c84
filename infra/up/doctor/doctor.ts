/** `casehouse doctor`: what is wrong on this machine and in this platform, and what to do about it. */
import { existsSync } from 'node:fs'
import pc from 'picocolors'
import { Problem, Secret } from '#infra/platform/index.ts'
import { createHttpCaller, toAuthorization } from '../caller/http-caller.ts'
import { findPlatform } from '../caller/find-platform.ts'
import type { ActionContext } from '../cli/actions.ts'
import type { GlobalOptions } from '../cli/options.ts'
import { print } from '../cli/output.ts'
import { prepareDataDir, toDataDir, type DataDir } from '../data-dir/data-dir.ts'
import { findLiveHolder, takeLock } from '../data-dir/lock.ts'
import { findSecrets } from '../data-dir/secrets.ts'
import type { Platform } from '../data-dir/state.ts'
import {
  checkDashboards,
  checkDataDir,
  checkDisk,
  checkMachine,
  checkPorts,
  fail,
  ok,
  warn,
  type Finding,
} from './checks.ts'
import {
  checkEngineLibrary,
  checkFeed,
  checkHealth,
  checkRunningPostgres,
  checkStoppedPostgres,
} from './engine-checks.ts'

/** Ends with exit code 1 when something fails; a warning is none. */
export async function runDoctor(
  global: GlobalOptions,
  { toOutput, setExitCode }: Pick<ActionContext, 'toOutput' | 'setExitCode'>,
): Promise<void> {
  if (global.url !== undefined) return printFindings(await checkAddress(global.url, global.key), global.url)
  const dataDir = toDataDir(global.data)
  const platform = await findPlatform(dataDir)
  const findings = [
    ...checkMachine(),
    await checkDisk(dataDir),
    ...checkDataDir(dataDir),
    checkEngineLibrary(),
    checkDashboards(),
    ...(platform ? await checkRunning(platform, dataDir) : await checkStopped(dataDir)),
  ]
  printFindings(findings, dataDir.path, platform !== undefined)

  function printFindings(found: readonly Finding[], place: string, isRunning = true): void {
    const isWell = found.every((finding) => finding.status !== 'fail')
    if (!isWell) setExitCode(1)
    const answer = { ok: isWell, running: isRunning, data: place, checks: found }
    print(toOutput(global), answer, () => found.map(toLine).join('\n'))
  }
}

/** Of a platform on another machine, only what it says of itself. */
async function checkAddress(url: string, key: string | undefined): Promise<readonly Finding[]> {
  const health = await checkHealth(url, 'the logs folder of its data directory')
  if (key === undefined) return [health]
  const caller = createHttpCaller({ url, authorization: toAuthorization(key) })
  return [health, ...(await checkFeed(caller))]
}

async function checkRunning(platform: Platform, dataDir: DataDir): Promise<readonly Finding[]> {
  const secrets = findSecrets(dataDir)
  const authorization = `Bearer ${secrets?.operatorToken.reveal() ?? ''}`
  const url = platform.database_url
  return [
    await checkHealth(platform.url, dataDir.logs),
    url === null
      ? ok('postgres', 'somebody else’s; see health')
      : await checkRunningPostgres(new Secret(url)),
    ...(await checkFeed(createHttpCaller({ url: platform.url, authorization }))),
  ]
}

async function checkStopped(dataDir: DataDir): Promise<readonly Finding[]> {
  const holder = findLiveHolder(dataDir)
  if (holder) {
    return [
      warn(
        'platform',
        `Process ${holder.pid} is starting, stopping or working on the data. Wait and ask again.`,
      ),
    ]
  }
  const notRunning = warn('platform', 'Not running. Start it with npm start.')
  // Looking must not create anything.
  if (process.env.DATABASE_URL === undefined && !existsSync(dataDir.postgres))
    return [notRunning, await checkPorts()]
  let release: (() => void) | undefined
  try {
    release = takeLock(prepareDataDir(dataDir.path), 'command')
    return [notRunning, await checkPorts(), await checkStoppedPostgres(dataDir, process.env)]
  } catch (error) {
    return [
      notRunning,
      await checkPorts(),
      fail('data', error instanceof Problem ? error.message : String(error)),
    ]
  } finally {
    release?.()
  }
}

function toLine({ check, status, message }: Finding): string {
  const mark = { ok: pc.green('ok  '), warn: pc.yellow('warn'), fail: pc.red('fail') }[status]
  return `${mark}  ${check.padEnd(15)} ${message}`
}
