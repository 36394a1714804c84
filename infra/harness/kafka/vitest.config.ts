import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

/** What needs a real Kafka broker, so Java and Maven: `npm run test:kafka`, apart from `npm test`. */
export default defineConfig({
  test: {
    name: 'kafka',
    root: resolve(import.meta.dirname, '../../..'),
    environment: 'node',
    env: { TZ: 'Asia/Kathmandu' },
    include: ['{infra,tenants,ingest,warehouse,api}/**/*.kafka.test.ts'],
    globalSetup: ['infra/harness/global-setup.ts', 'infra/harness/kafka/global-setup.ts'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    fileParallelism: false,
  },
})
