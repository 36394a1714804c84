/** The engine's problem book: what can stop it from starting. What a query does wrong is ClickHouse's own exception. */
import { problem } from '#infra/platform/index.ts'

export const engineLocked = problem(
  'WAREHOUSE_ENGINE_LOCKED',
  'conflict',
  (d: { path: string; pid: number }) =>
    `The folder ${d.path} is in use by the engine of process ${d.pid}. One process may hold a data folder: stop the other, or choose another folder.`,
)

export const engineFailed = problem(
  'WAREHOUSE_ENGINE_FAILED',
  'unavailable',
  (d: { path: string; code: number }) =>
    `The engine could not open ${d.path} (ClickHouse code ${d.code}). See the cause in the log.`,
)

export const pipesMissing = problem(
  'WAREHOUSE_ENGINE_PIPES_MISSING',
  'unavailable',
  (d: { path: string }) =>
    `No named pipes could be made in ${d.path}: the program mkfifo must be on the machine and the folder on a local disk.`,
)
