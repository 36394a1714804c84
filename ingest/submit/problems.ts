/** The refusals of the lane. Codes are append-only. */
import { problem } from '#infra/platform/index.ts'

export const laneFull = problem(
  'INGEST_LANE_FULL',
  'unavailable',
  (d: { retryAfterSeconds: number }) =>
    `As many forms wait as may wait at once; send this one again in ${d.retryAfterSeconds} seconds.`,
)
