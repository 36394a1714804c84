import { z } from 'zod'

/** An id or a name in an address: Postgres holds no NUL, and no id of ours is longer. */
export const PathPart = z
  .string()
  .min(1)
  .max(255)
  .refine((part) => !part.includes('\u0000'), 'text without NUL')
