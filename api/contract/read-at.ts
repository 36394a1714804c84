import { z } from 'zod'

/** What is read from Postgres itself is complete up to the instant at which the reading began. */
export const ReadAt = { as_of: z.string() }
