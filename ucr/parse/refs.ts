/** The parts of the grammar that contain each other, handed to the files that describe them. */
import { z } from 'zod'
import type { Expression } from '../tree/expression.ts'
import type { Filter } from '../tree/filter.ts'
import { DATATYPES } from '../value/cast.ts'
import type { Datatype } from '../value/cast.ts'
import { orNull } from './schema.ts'

export interface Refs {
  readonly expression: z.ZodType<Expression>
  readonly filter: z.ZodType<Filter>
}

/** The optional `datatype` of an expression. */
export const datatype: z.ZodType<Datatype | null> = orNull(z.enum(DATATYPES))
