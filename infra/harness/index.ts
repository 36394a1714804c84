export { createTestDatabase, refuseUnlessTest, truncateAll } from './databases.ts'
export type { TestDatabase } from './databases.ts'
export { startTestEngine } from './engine.ts'
export type { TestEngine } from './engine.ts'
