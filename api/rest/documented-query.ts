/** What the documents say of the REST API's parameters; the routes read them from any query (page.ts). Source: reference §10.1–10.4. */
import { z } from 'zod'

const text = (about: string) => z.string().optional().describe(about)
const flag = (about: string) => z.enum(['true', 'false']).default('false').describe(about)
const edges = <Name extends string>(name: Name, about: string) =>
  ({
    [`${name}_start`]: text(`${about}, from: a day or an instant`),
    [`${name}_end`]: text(`${about}, to: a day (included) or an instant`),
  }) as Record<`${Name}_${'start' | 'end'}`, z.ZodOptional<z.ZodString>>

const Paging = {
  limit: z.number().int().default(20).describe('Objects on a page; at most 1,000, which 0 asks for'),
  offset: z.number().int().default(0).describe('Objects to leave out; `meta.next` holds the next page'),
}

export const FullQuery = z.object({ cases__full: flag('Adds the cases that the form touched') })

export const FormListQuery = z.object({
  ...Paging,
  order_by: text(
    '`received_on`, `server_modified_on` or `indexed_on`; a minus before it for the newest first',
  ),
  xmlns: text('Only forms of this type'),
  app_id: text('Only forms of this app'),
  appVersion: text('Only forms of this version of the app'),
  user_id: text('Only forms of this user'),
  case_id: text('Only forms that touched this case'),
  type: text('Only forms whose document has this `type`'),
  include_archived: flag('Archived forms too'),
  ...edges('received_on', 'Received'),
  ...edges('server_modified_on', 'Changed on the server'),
  ...edges('indexed_on', 'Became visible'),
  ...FullQuery.shape,
})

export const FullCaseQuery = z.object({
  child_cases__full: flag('Adds the cases below'),
  parent_cases__full: flag('Adds the cases above'),
  xforms_by_name__full: flag('Adds the forms that touched the case, by name'),
  xforms_by_xmlns__full: flag('Adds the forms that touched the case, by type'),
})

export const CaseListQuery = z.object({
  ...Paging,
  order_by: text(
    '`server_date_modified`, `date_modified` or `indexed_on`; a minus before it for the newest first',
  ),
  owner_id: text('Only cases of this owner'),
  user_id: text('Only cases last modified by this user'),
  type: text('Only cases of this type'),
  name: text('Only cases with this name'),
  external_id: text('Only cases with this external id'),
  closed: z.enum(['true', 'false']).optional().describe('Only closed or only open cases'),
  ...edges('date_modified', 'Modified on the phone'),
  ...edges('server_date_modified', 'Changed on the server'),
  ...edges('indexed_on', 'Became visible'),
  ...FullCaseQuery.shape,
})
