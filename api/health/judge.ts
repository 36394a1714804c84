/** From numbers to words: when a stage keeps up, is behind, or is down. Pure. */
import type { FeedLag } from '#infra/platform/index.ts'
import type { UnderWay } from '#ingest/index.ts'
import { toSeconds, type Stage } from './stage.ts'

/** A commit takes tens of milliseconds; a form that waits this long stands behind others. */
const RECEIVER_BEHIND_SECONDS = 1
/** A second is the promise from the form to the report. */
const CONSUMER_BEHIND_SECONDS = 5
/** A consumer says every 2 s that it lives. */
const CONSUMER_SILENT_SECONDS = 15

export function judgeReceiver({ forms, oldestSeconds }: UnderWay): Stage {
  const isBehind = oldestSeconds >= RECEIVER_BEHIND_SECONDS
  return {
    stage: 'receiver',
    state: isBehind ? 'behind' : 'ok',
    lag_seconds: toSeconds(oldestSeconds),
    waiting: forms,
    advice: isBehind
      ? 'Forms come in faster than Postgres commits them; phones send again what is refused. Look at the disk, the CPU and platform_pool_connections.'
      : null,
  }
}

/** @param stage its word in the answer: `relay`, `loader`, or the consumer's own name */
export function judgeConsumer(stage: string, lag: FeedLag): Stage {
  const { lagSeconds, waitingEvents, silentSeconds } = lag
  const base = { stage, lag_seconds: toSeconds(lagSeconds), waiting: waitingEvents }
  if (silentSeconds >= CONSUMER_SILENT_SECONDS) {
    return {
      ...base,
      state: 'down',
      advice: `No process has run the ${stage} for ${Math.round(silentSeconds)} s. What comes in waits and is not lost. Look into its log; up starts it again by itself.`,
    }
  }
  if (lagSeconds < CONSUMER_BEHIND_SECONDS) return { ...base, state: 'ok', advice: null }
  return {
    ...base,
    state: 'behind',
    advice: `The ${stage} is ${Math.round(lagSeconds)} s behind. Reports show what was sent before; if feed_events_total grows, it catches up by itself, else look into its log and at the stage after it.`,
  }
}

/** The stage with what is parked added: events that wait for people, not for machines. */
export function addParked(stage: Stage, parkedEvents: number): Stage {
  if (parkedEvents === 0 || stage.advice !== null) return stage
  return {
    ...stage,
    advice: `${parkedEvents} events are parked: they could not be used. See casehouse feed status, and send them again with casehouse feed replay.`,
  }
}
