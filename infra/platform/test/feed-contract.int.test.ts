import { createTestDatabase } from '#infra/harness/index.ts'
import { createConsumer, createLog } from '#infra/platform/index.ts'
import { describeFeedContract } from './feed-contract.ts'

const log = createLog({ name: 'test', level: 'silent' })

describeFeedContract('the Postgres outbox', async () => {
  const database = await createTestDatabase()
  return {
    database,
    childPlace: {},
    slowMs: 1_000,
    consume: (options) => createConsumer({ ...options, postgres: database.connect(), log }),
    close: () => database.drop(),
  }
})
