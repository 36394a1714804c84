/** What only the first start does: the first person who may sign in, and the demo project. */
import { randomUUID } from 'node:crypto'
import { createPostgres } from '#infra/platform/index.ts'
import type { Secret } from '#infra/platform/index.ts'
import { createTenants } from '#tenants/index.ts'

export const ADMIN_EMAIL = 'admin@casehouse.local'

/**
 * Makes the superuser, unless someone of that address is there. One whose password was never shown, because the first start
 * was cut short, gets a new one.
 * @returns the password, to be shown once; undefined when there is nothing to show
 */
export async function ensureAdmin(databaseUrl: Secret, isUnshown: boolean): Promise<string | undefined> {
  const postgres = createPostgres({ url: databaseUrl, applicationName: 'casehouse-up', maxConnections: 2 })
  try {
    const { webUsers } = createTenants({
      postgres,
      now: () => new Date(),
      newId: () => randomUUID().replaceAll('-', ''),
    })
    const isThere = (await webUsers.findByEmail(ADMIN_EMAIL)) !== undefined
    if (isThere && !isUnshown) return undefined
    const { password } = isThere
      ? await webUsers.resetPassword(ADMIN_EMAIL)
      : await webUsers.create({ email: ADMIN_EMAIL, firstName: 'Admin', isSuperuser: true })
    return password ?? undefined
  } finally {
    await postgres.close()
  }
}
