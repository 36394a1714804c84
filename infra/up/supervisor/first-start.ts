/** What only the first start does: the first person who may sign in, and the demo project. */
import { randomUUID } from 'node:crypto'
import { createPostgres } from '#infra/platform/index.ts'
import type { Secret } from '#infra/platform/index.ts'
import { createTenants } from '#tenants/index.ts'

export const ADMIN_EMAIL = 'admin@casehouse.local'

/**
 * Makes the superuser, unless someone of that address is there.
 * @returns the password, to be shown once; undefined when there was nothing to make
 */
export async function ensureAdmin(databaseUrl: Secret): Promise<string | undefined> {
  const postgres = createPostgres({ url: databaseUrl, applicationName: 'casehouse-up', maxConnections: 2 })
  try {
    const { webUsers } = createTenants({
      postgres,
      now: () => new Date(),
      newId: () => randomUUID().replaceAll('-', ''),
    })
    if (await webUsers.findByEmail(ADMIN_EMAIL)) return undefined
    const { password } = await webUsers.create({ email: ADMIN_EMAIL, firstName: 'Admin', isSuperuser: true })
    return password ?? undefined
  } finally {
    await postgres.close()
  }
}
