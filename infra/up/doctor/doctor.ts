/** `casehouse doctor`: what is wrong on this machine and in this platform, and what to do about it. */
import pc from 'picocolors'
import { Secret } from '#infra/platform/index.ts'
import { createHttpCaller } from '../caller/http-caller.ts'
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
  const isWell = findings.every((finding) => finding.status !== 'fail')
  if (!isWell) setExitCode(1)
  const answer = { ok: isWell, running: platform !== undefined, data: dataDir.path, checks: findings }
  print(toOutput(global), answer, () => findings.map(toLine).join('\n'))
}

async function checkRunning(platform: Platform, dataDir: DataDir): Promise<readonly Finding[]> {
  const secrets = findSecrets(dataDir)
  const authorization = `Bearer ${secrets?.operatorToken.reveal() ?? ''}`
  const url = platform.database_url
  return [
    await checkHealth(platform, dataDir),
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
  const release = takeLock(prepareDataDir(dataDir.path), 'command')
  try {
    return [
      warn('platform', 'Not running. Start it with npm start.'),
      await checkPorts(),
      await checkStoppedPostgres(dataDir, process.env),
    ]
  } finally {
    release()
  }
}

function toLine({ check, status, message }: Finding): string {
  const mark = { ok: pc.green('ok  '), warn: pc.yellow('warn'), fail: pc.red('fail') }[status]
  return `${mark}  ${check.padEnd(15)} ${message}`
}
