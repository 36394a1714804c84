/** `casehouse restart`: asks the supervisor of the platform that runs on the data directory. */
import { z } from 'zod'
import { toDataDir } from '../data-dir/data-dir.ts'
import { isPidAlive } from '../data-dir/lock.ts'
import { findSecrets } from '../data-dir/secrets.ts'
import { findPlatformFile } from '../data-dir/state.ts'
import { controlRefused, controlUnreachable } from '../problems.ts'
import type { GlobalOptions } from './options.ts'
import { print, toTable, type Output } from './output.ts'

const Restarted = z.object({
  restarted: z.array(z.object({ role: z.string(), seconds: z.number() })),
})
const Refused = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

/**
 * @param roles none: every role
 * @throws UP_CONTROL_UNREACHABLE, UP_CONTROL_REFUSED with what the supervisor says
 */
export async function restartRoles(
  global: GlobalOptions,
  roles: readonly string[],
  output: Output,
): Promise<void> {
  const dataDir = toDataDir(global.data)
  const platform = findPlatformFile(dataDir)
  const token = findSecrets(dataDir)?.operatorToken
  const url = platform?.control_url
  if (!platform || !url || !token || !isPidAlive(platform.pid))
    throw controlUnreachable({ dataDir: dataDir.path })
  const answer = await fetch(`${url}/restart`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.reveal()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ roles }),
  }).catch((cause: unknown) => {
    throw controlUnreachable({ dataDir: dataDir.path }, cause)
  })
  const body: unknown = await answer.json()
  if (!answer.ok) {
    const refused = Refused.safeParse(body)
    throw controlRefused(
      refused.success ? refused.data.error : { code: 'UNKNOWN', message: 'It did not say why.' },
    )
  }
  const result = Restarted.parse(body)
  print(output, result, () =>
    toTable(
      ['role', 'seconds'],
      result.restarted.map(({ role, seconds }) => [role, seconds]),
    ),
  )
}
