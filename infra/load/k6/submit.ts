/** `k6 run infra/load/k6/submit.ts`; see ../README.md. */
import { submit } from '../scenarios/submit.ts'
import type { LoadTarget } from '../scenarios/port.ts'
import { runIteration } from './iteration.ts'
import { atConstantRate } from './settings.ts'

export { setup } from './iteration.ts'

export const options = atConstantRate(submit.name)

export function iterate(target: LoadTarget): void {
  runIteration(submit, target)
}
