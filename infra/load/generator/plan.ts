/** What the generator's process is told, and what it tells; JSON between two processes. */
import { z } from 'zod'

const Stage = z.object({ target: z.number().min(0), seconds: z.number().min(0) })

export const LoadPlan = z.object({
  url: z.string(),
  scenario: z.string(),
  target: z.object({
    domains: z.array(z.string()).min(1).readonly(),
    authorization: z.string().nullable(),
    seed: z.number().int(),
  }),
  /** The first iteration's number; a later run of the same seed goes on where the one before ended. */
  firstIteration: z.number().int().default(0),
  /** Open: iterations begin when they are due. Closed: each connection begins the next when its last is over. */
  model: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('open'),
      startRate: z.number().min(0),
      stages: z.array(Stage).readonly(),
      /** Iterations under way; one that is due beyond it is dropped, and counted. k6 calls it maxVUs. */
      maxInFlight: z.number().int(),
    }),
    z.object({ kind: z.literal('closed'), seconds: z.number() }),
  ]),
  connections: z.number().int().positive(),
  /** Tells of every n-th form that was acknowledged; 0 of none. */
  tellEvery: z.number().int().min(0).default(0),
})
export type LoadPlan = z.input<typeof LoadPlan>

/** JSON has no NaN. */
const figure = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN)
const Percentiles = z.object({
  count: z.number(),
  mean: figure,
  p50: figure,
  p95: figure,
  p99: figure,
  max: figure,
})

export const LoadResult = z.object({
  started: z.number(),
  completed: z.number(),
  failed: z.number(),
  /** Were due and did not begin: the generator had as many under way as it may. */
  dropped: z.number(),
  seconds: z.number(),
  /** Of iterations that went well, from the instant at which they were due. */
  latency: Percentiles,
  /** By the word of the request; the first of an iteration from the instant at which it was due. */
  requests: z.record(z.string(), Percentiles),
  /** What went wrong, and how often. */
  errors: z.record(z.string(), z.number()),
  /** Answers 429 and 503 that said when to come back. */
  retryAfter: z.number(),
  /** By the second in which iterations were due. */
  perSecond: z.array(
    z.object({
      second: z.number(),
      completed: z.number(),
      failed: z.number(),
      dropped: z.number(),
      p99: figure,
    }),
  ),
  /** How much later than due the generator began. */
  lateness: Percentiles,
  /** Of one core, by the generator's process; near 1, the generator is what was measured. */
  cpuShare: z.number(),
})
export type LoadResult = z.infer<typeof LoadResult>

export interface Acknowledged {
  readonly formId: string
  /** Milliseconds of the system's clock. */
  readonly at: number
}

export const GeneratorMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({
    kind: z.literal('acknowledged'),
    forms: z.array(z.object({ formId: z.string(), at: z.number() })),
  }),
  z.object({ kind: z.literal('result'), result: LoadResult }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
])
