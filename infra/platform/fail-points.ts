/**
 * Named places between two steps that must both happen, where the kill tests end, freeze or fail this process. Off unless the
 * process is armed by its main: then reaching one is a comparison with undefined.
 */
import { failPointUnknown } from './problems.ts'

/** Each is between what its name tells has happened and the step that follows. */
export const FAIL_POINTS = [
  /** Locks are held and rows prepared, nothing is committed. */
  'ingest.batch.prepared',
  /** The forms are on disk, nobody has been told. */
  'ingest.batch.committed',
  /** Some cases of a form that is archived, unarchived or edited are rebuilt, others not. */
  'ingest.rebuild.middle',
  /** The range is written down, nothing of it is delivered. */
  'feed.range.planned',
  /** Every insert is done, the cursor has not moved. */
  'feed.range.delivered',
  /** Some domains of a range are inserted, others not. */
  'loader.batch.inserted',
  /** Kafka has the events, the relay's cursor has not moved. */
  'relay.range.published',
  /** The object is stored, no index row names it. */
  'archive.object.stored',
  /** A row names the object, the forms in it still have their bytes in Postgres too. */
  'archive.index.committed',
] as const
export type FailPoint = (typeof FAIL_POINTS)[number]

/** `kill` and `stop` send this process SIGKILL or SIGSTOP; `fail` throws what a full disk would. */
const ACTIONS = ['kill', 'stop', 'fail'] as const
type Action = (typeof ACTIONS)[number]

interface Armed {
  readonly action: Action
  /** How often it is still passed before the action is taken, once. */
  passes: number
}

let armed: Map<string, Armed> | undefined
let tell: ((point: FailPoint) => void) | undefined

/**
 * Replaces what was armed before.
 * @param text `POINT=ACTION` or `POINT=ACTION:N` (at the Nth time it is reached), separated by commas; empty disarms.
 * @param onTaken called just before an action is taken.
 * @throws PLATFORM_FAIL_POINT_UNKNOWN
 */
export function armFailPoints(text: string, onTaken?: (point: FailPoint) => void): void {
  const entries = text.split(',').filter((part) => part !== '')
  armed = entries.length === 0 ? undefined : new Map(entries.map(toEntry))
  tell = onTaken
}

function toEntry(part: string): [string, Armed] {
  const [, point = '', action = '', time = '1'] = /^([\w.]+)=(\w+)(?::(\d{1,6}))?$/.exec(part) ?? []
  const found = ACTIONS.find((one) => one === action)
  if (found === undefined || !FAIL_POINTS.some((one) => one === point)) {
    throw failPointUnknown({ given: part, points: FAIL_POINTS, actions: ACTIONS })
  }
  return [point, { action: found, passes: Number(time) - 1 }]
}

/** Takes the action that the process was armed with, if any; each armed point acts once. @throws an ENOSPC for `fail` */
export function reach(point: FailPoint): void {
  if (armed === undefined) return
  const found = armed.get(point)
  if (found === undefined) return
  if (found.passes > 0) {
    found.passes -= 1
    return
  }
  armed.delete(point)
  tell?.(point)
  if (found.action === 'fail') {
    throw Object.assign(new Error(`ENOSPC: no space left on device (fail point ${point})`), {
      code: 'ENOSPC',
    })
  }
  process.kill(process.pid, found.action === 'kill' ? 'SIGKILL' : 'SIGSTOP')
}
