import { apiReader } from './api-reader.ts'
import { toRandom } from './chance.ts'
import { dashboardReader } from './dashboard-reader.ts'
import type { LoadContext, Scenario } from './port.ts'
import { submit } from './submit.ts'
import { toCaseForm } from './submit-cases.ts'

type Act = 'supervisor' | 'program' | 'survey' | 'registration' | 'visit'

/** Of a hundred iterations: two supervisors, one program, twelve surveys, twenty-five registrations, sixty visits. */
function toAct(context: LoadContext): Act {
  const draw = toRandom({ ...context, seed: context.seed ^ 0x5eed }).int(0, 99)
  if (draw < 2) return 'supervisor'
  if (draw < 3) return 'program'
  if (draw < 15) return 'survey'
  return draw < 40 ? 'registration' : 'visit'
}

/** 10,000 workers, those who watch them and the programs that copy what they send. */
export const mixedDay: Scenario = {
  name: 'mixed-day',
  summary: 'a day of 10,000 workers with supervisors and programs that read',
  begin: (context) => {
    const act = toAct(context)
    switch (act) {
      case 'supervisor':
        return dashboardReader.begin(context)
      case 'program':
        return apiReader.begin(context)
      case 'survey':
        return submit.begin(context)
      case 'registration':
      case 'visit':
        return toCaseForm(context, (earlier) => toAct(earlier) === 'registration')
    }
  },
}

export interface Stage {
  /** Iterations a second at its end; it changes evenly. */
  readonly target: number
  readonly seconds: number
}

/** Twelve forms a worker and day. */
const ITERATIONS_PER_DAY = 120_000
/** Share of the day's work in each hour from 6 to 20: morning rounds, noon, afternoon, and the evening's network. */
const HOURS = [1, 4, 9, 12, 12, 9, 5, 7, 9, 9, 7, 5, 7, 4]
const HOUR_SECONDS = 3_600

/**
 * The arrivals of the day, run `speed` times as fast.
 * @param speed 1 takes 14 hours at up to 4 iterations a second; 60 takes 14 minutes at up to 240
 */
export function toDayStages(speed: number): readonly Stage[] {
  const sum = HOURS.reduce((total, share) => total + share, 0)
  return HOURS.map((share) => ({
    target: Math.max(1, Math.round((ITERATIONS_PER_DAY * share * speed) / (sum * HOUR_SECONDS))),
    seconds: Math.max(1, Math.round(HOUR_SECONDS / speed)),
  }))
}
