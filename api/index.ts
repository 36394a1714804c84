export { createApi } from './server/create-api.ts'
export type { ApiOptions } from './server/dependencies.ts'
