/** One step of a form's way from the receiver to a report, as health shows it. */
import { z } from 'zod'

/**
 * `ok`: keeps up. `behind`: works, slower than what comes in. `down`: does not work. `advice` says what to do, null when nothing is to
 * be done. Numbers are of the platform as a whole, and name nobody.
 */
export const Stage = z.object({
  stage: z.string(),
  state: z.enum(['ok', 'behind', 'down']),
  /** Age of the oldest thing that waits here; null where nothing can be said. */
  lag_seconds: z.number().nullable(),
  /** How much waits here; null where nothing can be said. */
  waiting: z.number().int().nullable(),
  advice: z.string().nullable(),
})
export type Stage = z.infer<typeof Stage>

/** A part that can be asked how it does. A rejection, or no answer in time, is `down`. */
export interface HealthCheck {
  readonly stage: string
  /** What is said when it does not answer. */
  readonly ifDown: string
  /** Several where one question tells of several stages. */
  read(): Promise<readonly Stage[]>
}

export function toSeconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000
}

/** Whatever hinders it, in words for the operator; why is in the log of the process that fails. */
export function toDown({ stage, ifDown }: Pick<HealthCheck, 'stage' | 'ifDown'>): Stage {
  return { stage, state: 'down', lag_seconds: null, waiting: null, advice: ifDown }
}

export function toOk(stage: string): Stage {
  return { stage, state: 'ok', lag_seconds: null, waiting: null, advice: null }
}
