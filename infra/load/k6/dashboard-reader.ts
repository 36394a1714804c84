/** `k6 run infra/load/k6/dashboard-reader.ts`; see ../README.md. */
import { dashboardReader } from '../scenarios/dashboard-reader.ts'
import type { LoadTarget } from '../scenarios/port.ts'
import { runIteration } from './iteration.ts'
import { atConstantRate } from './settings.ts'

export { setup } from './iteration.ts'

export const options = atConstantRate(dashboardReader.name)

export function iterate(target: LoadTarget): void {
  runIteration(dashboardReader, target)
}
