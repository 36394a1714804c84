/** `k6 run infra/load/k6/submit-cases.ts`; see ../README.md. */
import { submitCases } from '../scenarios/submit-cases.ts'
import type { LoadTarget } from '../scenarios/port.ts'
import { runIteration } from './iteration.ts'
import { atConstantRate } from './settings.ts'

export { setup } from './iteration.ts'

export const options = atConstantRate(submitCases.name)

export function iterate(target: LoadTarget): void {
  runIteration(submitCases, target)
}
