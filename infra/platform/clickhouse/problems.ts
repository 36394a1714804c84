import { problem } from '../problem.ts'

export const warehouseUnreachable = problem(
  'PLATFORM_WAREHOUSE_UNREACHABLE',
  'unavailable',
  (d: { code: string }) => `The warehouse does not answer (${d.code}). Wait, or see whether its engine runs.`,
)

export const warehouseOverloaded = problem(
  'PLATFORM_WAREHOUSE_OVERLOADED',
  'unavailable',
  (d: { code: string; type: string }) =>
    `The warehouse has no room for this query now (${d.code} ${d.type}). Try again, or ask for less.`,
)

export const warehouseDenied = problem(
  'PLATFORM_WAREHOUSE_DENIED',
  'forbidden',
  (d: { code: string; type: string }) =>
    `The warehouse does not let this login do that (${d.code} ${d.type}).`,
)
