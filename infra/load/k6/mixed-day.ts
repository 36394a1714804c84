/** `k6 run infra/load/k6/mixed-day.ts`; see ../README.md. */
import { mixedDay, toDayStages } from '../scenarios/mixed-day.ts'
import type { LoadTarget } from '../scenarios/port.ts'
import { runIteration } from './iteration.ts'
import { atRampingRate, settings } from './settings.ts'

export { setup } from './iteration.ts'

export const options = atRampingRate(mixedDay.name, toDayStages(settings.speed))

export function iterate(target: LoadTarget): void {
  runIteration(mixedDay, target)
}
