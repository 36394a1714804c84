export { startPostgres } from './start-postgres.ts'
export type {
  PostgresConnection,
  RunningPostgres,
  ServerExit,
  StartPostgresOptions,
} from './start-postgres.ts'
export type { ServerSettings } from './settings.ts'
