/** Configuration: one zod object over the environment, read once, all faults told at once. */
import type { z } from 'zod'
import { configInvalid } from './problems.ts'

/**
 * @param schema a zod object whose keys are names of environment variables.
 * @param env `process.env` of the main; empty strings count as absent.
 * @throws PLATFORM_CONFIG_INVALID naming every key at fault, never a value.
 */
export function readConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<Schema>> {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  )
  const result = schema.safeParse(given)
  if (result.success) return Object.freeze(result.data)
  throw configInvalid({
    faults: result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  })
}
