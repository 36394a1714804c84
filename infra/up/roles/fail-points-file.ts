/** For kill tests alone: a file whose contents arm this process while it runs. Nothing is watched unless its main was told of one. */
import { appendFileSync, existsSync, readFileSync, unwatchFile, watchFile, writeFileSync } from 'node:fs'
import { armFailPoints } from '#infra/platform/index.ts'

const POLL_MS = 50

/**
 * Arms what the file says now and whenever it changes, in the words of `CASEHOUSE_FAIL_POINTS`. Before an action is taken the
 * file is emptied, so that the next process is not armed too, and the point is added to `FILE.taken`.
 * @returns ends the watch
 * @throws PLATFORM_FAIL_POINT_UNKNOWN
 */
export function followFailPointsFile(file: string): () => void {
  const arm = (): void =>
    armFailPoints(existsSync(file) ? readFileSync(file, 'utf8').trim() : '', (point) => {
      writeFileSync(file, '')
      appendFileSync(`${file}.taken`, `${point}\n`)
    })
  arm()
  watchFile(file, { interval: POLL_MS, persistent: false }, arm)
  return () => unwatchFile(file, arm)
}
