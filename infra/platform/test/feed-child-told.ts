import { z } from 'zod'
import { TOPICS } from '#infra/platform/index.ts'

export const ChildTold = z.object({
  postgres: z.object({
    host: z.string(),
    port: z.number(),
    user: z.string(),
    password: z.string(),
    database: z.string(),
  }),
  kafka: z.object({ brokers: z.array(z.string()), prefix: z.string() }).optional(),
  name: z.string(),
  topics: z.array(z.enum(TOPICS)),
  maxEvents: z.number(),
  dieAt: z.number().optional(),
  stopAt: z.number().optional(),
})
export type ChildTold = z.infer<typeof ChildTold>
