import { problem } from '#infra/platform/index.ts'

export const databaseNotTest = problem(
  'HARNESS_DATABASE_NOT_TEST',
  'forbidden',
  (d: { database: string }) =>
    `The database ${d.database} has no "test" in its name, so tests will not create, empty or drop it.`,
)

export const engineMissing = problem(
  'HARNESS_ENGINE_MISSING',
  'missing',
  (d: { output: string }) => `The ClickHouse engine for tests did not start: ${d.output}`,
)
