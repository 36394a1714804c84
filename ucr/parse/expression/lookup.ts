/** How expressions on other documents are written. */
import { z } from 'zod'
import { DOCUMENT_TYPES } from '../../tree/expression.ts'
import type { LookupExpression } from '../../tree/expression.ts'
import type { Refs } from '../refs.ts'
import { choice, listOf, or, orNone, orNull, text } from '../schema.ts'
import type { Schemas } from '../schema.ts'

export function lookupSchemas(refs: Refs): Schemas<LookupExpression> {
  const { expression } = refs
  return {
    related_doc: z.object({
      type: z.literal('related_doc'),
      related_doc_type: choice(DOCUMENT_TYPES),
      doc_id_expression: expression,
      value_expression: expression,
    }),
    indexed_case: z.object({
      type: z.literal('indexed_case'),
      case_expression: expression,
      index: or(text, 'parent'),
    }),
    get_case_forms: z.object({
      type: z.literal('get_case_forms'),
      case_id_expression: expression,
      xmlns: orNull(listOf(z.string())).transform((xmlns) => (xmlns?.length === 0 ? null : xmlns)),
    }),
    get_subcases: z.object({ type: z.literal('get_subcases'), case_id_expression: expression }),
    get_case_sharing_groups: z.object({
      type: z.literal('get_case_sharing_groups'),
      user_id_expression: expression,
    }),
    get_reporting_groups: z.object({
      type: z.literal('get_reporting_groups'),
      user_id_expression: expression,
    }),
    location_type_name: z.object({
      type: z.literal('location_type_name'),
      location_id_expression: expression,
    }),
    location_parent_id: z.object({
      type: z.literal('location_parent_id'),
      location_id_expression: expression,
    }),
    ancestor_location: z.object({
      type: z.literal('ancestor_location'),
      location_id: expression,
      location_type: expression,
      location_property: orNone(expression),
    }),
  }
}
