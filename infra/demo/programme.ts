/** The whole programme as data: every form that every phone sent, by worker and in order. */
import { DAY_MS, localMidnight } from './calendar.ts'
import { createJourney } from './journey.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'
import type { Submission, Visit } from './submission.ts'
import { createWorld } from './world.ts'
import type { Worker, World } from './world.ts'

export interface Programme extends World {
  /** One list a worker, each in the order of arrival. */
  readonly submissions: readonly (readonly Submission[])[]
  readonly total: number
}

export interface ProgrammeSize {
  readonly days: number
  readonly workers: number
  readonly familiesPerWorker: number
}
export const FULL_SIZE: ProgrammeSize = { days: 90, workers: 60, familiesPerWorker: 53 }

/** Puts a worker's visits in order and gives each its arrival: at once, or when the phone next met a network. */
function sendInOrder(random: Random, worker: Worker, visits: readonly Visit[], until: number): Submission[] {
  const ordered = visits.toSorted((a, b) => a.completedAt - b.completedAt)
  const sent: Submission[] = []
  let receivedAt = 0
  let networkAt = 0
  for (const visit of ordered) {
    if (visit.completedAt > networkAt) {
      const outageHours =
        worker.offlineHours > 0
          ? worker.offlineHours * (0.4 + 1.2 * random.next())
          : random.chance(0.04)
            ? random.int(1, 9)
            : 0
      networkAt = visit.completedAt + outageHours * 3_600_000 + random.int(3, 240) * 1_000
    }
    receivedAt = Math.max(
      receivedAt + random.int(400, 2_500),
      networkAt,
      visit.completedAt + random.int(2_000, 90_000),
    )
    if (receivedAt >= until) break
    sent.push({ ...visit, worker, formId: random.uuid(), receivedAt })
  }
  return sent
}

/**
 * The programme of `size.days` days that ends at `until`.
 * @param seed the same seed, size and end give the same programme, byte for byte.
 */
export function createProgramme(seed: number, until: Date, size: ProgrammeSize = FULL_SIZE): Programme {
  const random = createRandom(seed)
  const world = createWorld(random, size.workers)
  const end = until.getTime()
  const from = localMidnight(end) - (size.days - 1) * DAY_MS
  const submissions = world.workers.map((worker) => {
    const stopsAt = worker.silentForDays === null ? end : end - worker.silentForDays * DAY_MS
    const families = worker.neverStarted ? 0 : Math.round(size.familiesPerWorker * worker.load)
    const visits = Array.from({ length: families }, () => {
      const day = random.chance(0.4) ? random.int(0, 13) : random.int(0, size.days - 2)
      return createJourney(random, { from, until: stopsAt }, from + day * DAY_MS)
    })
    return sendInOrder(random, worker, visits.flat(), stopsAt)
  })
  return { ...world, submissions, total: submissions.reduce((sum, list) => sum + list.length, 0) }
}
