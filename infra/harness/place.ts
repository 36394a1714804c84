/** Where the engines of this test run are: told by the global setup, read by each test file. */

export const TEMPLATE_DATABASE = 'test_template'

export interface PostgresPlace {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface EngineLogin {
  readonly username: string
  readonly password: string
}

export type EnginePlace =
  | {
      readonly kind: 'running'
      readonly url: string
      readonly owner: EngineLogin
      readonly reader: EngineLogin
    }
  | { readonly kind: 'absent'; readonly reason: string }

declare module 'vitest' {
  interface ProvidedContext {
    postgresPlace: PostgresPlace
    enginePlace: EnginePlace
  }
}
