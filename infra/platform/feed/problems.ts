import { problem } from '../problem.ts'

export const consumerUnknown = problem(
  'PLATFORM_FEED_CONSUMER_UNKNOWN',
  'missing',
  (d: { consumer: string }) => `No consumer ${d.consumer} has ever run here. Start the process that runs it.`,
)

export const consumerBehind = problem(
  'PLATFORM_FEED_CONSUMER_BEHIND',
  'unavailable',
  (d: { consumer: string; timeoutMs: number }) =>
    `The consumer ${d.consumer} has not caught up within ${d.timeoutMs} ms. Try again, or see whether it runs.`,
)

export const consumerOvertaken = problem(
  'PLATFORM_FEED_CONSUMER_OVERTAKEN',
  'unavailable',
  (d: { consumer: string; token: string }) =>
    `Another instance of ${d.consumer} has taken over; what this one did of range ${d.token} is delivered again.`,
)

export const consumerLockLost = problem(
  'PLATFORM_FEED_CONNECTION_LOST',
  'unavailable',
  (d: { consumer: string }) =>
    `The consumer ${d.consumer} lost its connection to Postgres, and its turn with it.`,
)

export const consumerStandby = problem(
  'PLATFORM_FEED_CONSUMER_STANDBY',
  'conflict',
  (d: { consumer: string }) => `Another instance of ${d.consumer} is active; this one may not take a step.`,
)

export const positionAhead = problem(
  'PLATFORM_FEED_POSITION_AHEAD',
  'bug',
  (d: { consumer: string }) =>
    `The consumer ${d.consumer} stands ahead of this server's transactions: the database came from another server. Set done_xid and done_seq of its row in feed.consumers to 0, planned_xid and planned_seq to null; all kept events are then delivered again.`,
)

/** Why the feed itself parks an event, for people who look one up. */
export const PARK_CODES = {
  FEED_EVENT_BUG:
    'The consumer failed on this event three times; the log says how. Replay it once that is mended.',
  FEED_EVENT_TOO_LARGE: 'The event is larger than a message of Kafka may be (64 MiB).',
} as const

/** Code under which an event is parked that makes its consumer throw. */
export const EVENT_BUG = 'FEED_EVENT_BUG' satisfies keyof typeof PARK_CODES
