/** `k6 run infra/load/k6/api-reader.ts`; see ../README.md. */
import { apiReader } from '../scenarios/api-reader.ts'
import type { LoadTarget } from '../scenarios/port.ts'
import { runIteration } from './iteration.ts'
import { atConstantRate } from './settings.ts'

export { setup } from './iteration.ts'

export const options = atConstantRate(apiReader.name)

export function iterate(target: LoadTarget): void {
  runIteration(apiReader, target)
}
