/**
 * The HTTP contract between the API and its readers: the dashboards parse every answer with these schemas, the routes
 * answer with them. Instants are ISO 8601 UTC; calendar days are `YYYY-MM-DD` in the domain's time zone.
 *
 *   POST   /api/session                              SignIn → Session (sets the cookie `casehouse_session`)
 *   GET    /api/session                              → Session, or 401
 *   DELETE /api/session                              → 204
 *   GET    /a/:domain/api/v1/filters                 → FilterChoices
 *   GET    /a/:domain/api/v1/reports/worker_activity WorkerActivityQuery → WorkerActivity
 *   GET    /a/:domain/api/v1/reports/worker_activity/charts  same query → WorkerActivityCharts
 *   GET    /a/:domain/api/v1/reports/worker_activity/export?format=csv|xlsx  same query → a file
 *   GET    /a/:domain/api/v1/reports/submit_history  SubmitHistoryQuery → SubmitHistory
 *   GET    /a/:domain/api/v1/reports/case_list       CaseListQuery → CaseList
 *   GET    /a/:domain/api/v1/forms/:formId           → FormPage
 *   GET    /a/:domain/api/v1/forms/:formId/xml       → text/xml as received
 *   POST   /a/:domain/api/v1/forms/:formId/archive, …/unarchive → FormPage (needs `edit`)
 *   GET    /a/:domain/api/form/attachment/:formId/:name        → the bytes, with their type
 *   GET    /a/:domain/api/v1/cases/:caseId           → CasePage
 *   GET    /a/:domain/api/v1/cases/:caseId/history   → CaseHistory
 *   GET    /a/:domain/api/v1/cases/:caseId/tree      → CaseTree
 *   GET    /a/:domain/api/v1/parked                  → ParkedEvents
 *   POST   /a/:domain/api/v1/parked/replay           ReplayParked → ReplayedEvents (needs `edit`)
 *   GET    /a/:domain/api/v1/pipeline                → Pipeline
 *   GET    /a/:domain/api/v1/stream                  → text/event-stream of StreamTick
 *   any refusal                                      → ProblemBody with the kind's status
 */
import { z } from 'zod'
import { ReadAt } from './contract/read-at.ts'
import { Role } from '#tenants/contract.ts'

export const ProblemBody = z.object({
  error: z.string(),
  code: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
})
export type ProblemBody = z.infer<typeof ProblemBody>

export const SignIn = z.object({ email: z.string().min(1), password: z.string().min(1) })

export const Session = z.object({
  user: z.object({
    user_id: z.string(),
    email: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    is_superuser: z.boolean(),
  }),
  domains: z.array(z.object({ domain: z.string(), title: z.string(), timezone: z.string(), role: Role })),
})
export type Session = z.infer<typeof Session>

/** Every answer with numbers says up to when they are complete and in which time zone its days are. */
const AsOf = { as_of: z.string().nullable(), timezone: z.string() }

const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
const many = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]))
  .default([])
const Emw = many.describe(
  'Whose: u__<user_id>, g__<group_id>, l__<location_id>, t__<n> (0 active mobile workers, 1 demo user, 2 admin, 3 unknown, 5 deactivated, 6 web users); repeatable',
)
const Days = {
  startdate: Day.optional().describe('First day, in the time zone of the project space; else 6 days ago'),
  enddate: Day.optional().describe('Last day, included; else today'),
}

export const FilterChoices = z.object({
  ...AsOf,
  workers: z.array(
    z.object({ user_id: z.string(), username: z.string(), name: z.string(), is_active: z.boolean() }),
  ),
  groups: z.array(z.object({ group_id: z.string(), name: z.string() })),
  locations: z.array(
    z.object({
      location_id: z.string(),
      name: z.string(),
      parent_id: z.string().nullable(),
      type: z.string(),
    }),
  ),
  case_types: z.array(z.string()),
  forms: z.array(z.object({ xmlns: z.string(), name: z.string() })),
})
export type FilterChoices = z.infer<typeof FilterChoices>

/** `emw` as in the reference §7: `u__<user_id>`, `g__<group_id>`, `l__<location_id>`, `t__<n>`; repeatable. */
export const WorkerActivityQuery = z.object({
  view_by: z.enum(['users', 'groups']).default('users'),
  emw: Emw,
  case_type: many.describe('Only these case types; repeatable'),
  ...Days,
})
export type WorkerActivityQuery = z.infer<typeof WorkerActivityQuery>

const Activity = {
  forms_submitted: z.number(),
  avg_forms_submitted: z.number(),
  /** A day, or null for nobody. */
  last_form_submission: z.string().nullable(),
  cases_created: z.number(),
  cases_closed: z.number(),
  active_cases: z.number(),
  total_cases: z.number(),
  /** 0–100; null where total_cases is 0. */
  percent_active_cases: z.number().nullable(),
}
export const WorkerActivity = z.object({
  ...AsOf,
  view_by: z.enum(['users', 'groups']),
  startdate: Day,
  enddate: Day,
  rows: z.array(
    z.object({
      /** The user id or the group id. */
      id: z.string(),
      name: z.string(),
      /** The short username; null for a group. */
      username: z.string().nullable(),
      ...Activity,
      /** Only by groups: members who submitted in the period, and all. */
      active_users: z.number().nullable(),
      total_users: z.number().nullable(),
    }),
  ),
  footer: z.object({
    ...Activity,
    workers_with_submissions: z.number(),
    workers: z.number(),
    active_users: z.number().nullable(),
    total_users: z.number().nullable(),
  }),
})
export type WorkerActivity = z.infer<typeof WorkerActivity>

export const WorkerActivityCharts = z.object({
  ...AsOf,
  startdate: Day,
  enddate: Day,
  /** One entry for each day of the range, also the empty ones. */
  forms_per_day: z.array(z.object({ day: Day, forms: z.number(), active_workers: z.number() })),
  workers: z.object({ active: z.number(), idle: z.number() }),
  /** Forms by local weekday (1 Monday … 7 Sunday) and hour (0–23); only cells above 0. */
  hours: z.array(z.object({ weekday: z.number(), hour: z.number(), forms: z.number() })),
})
export type WorkerActivityCharts = z.infer<typeof WorkerActivityCharts>

const Paging = {
  /** Opaque, from `next` or `previous` of the page before. */
  cursor: z.string().optional().describe('`next` or `previous` of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(25),
}
const PageInfo = { total: z.number(), next: z.string().nullable(), previous: z.string().nullable() }

export const SubmitHistoryQuery = z.object({
  ...Paging,
  emw: Emw,
  xmlns: many.describe('Only forms of these types; repeatable'),
  sub_time: z.enum(['received', 'completed']).default('received'),
  ...Days,
  /** Part of a username, a form name or a whole form id. */
  search: z.string().optional().describe('Part of a username or of a form name, or a whole form id'),
  state: z
    .enum(['normal', 'archived', 'error', 'duplicate', 'deprecated', 'submission_error_log', 'all'])
    .default('normal'),
})
export type SubmitHistoryQuery = z.infer<typeof SubmitHistoryQuery>

export const FormRow = z.object({
  form_id: z.string(),
  form_name: z.string(),
  xmlns: z.string(),
  user_id: z.string().nullable(),
  username: z.string(),
  received_on: z.string(),
  completed_on: z.string().nullable(),
  state: z.string(),
  problem: z.string().nullable(),
  case_count: z.number(),
})
export const SubmitHistory = z.object({
  ...AsOf,
  ...PageInfo,
  startdate: Day,
  enddate: Day,
  rows: z.array(FormRow),
})
export type SubmitHistory = z.infer<typeof SubmitHistory>

export const CaseListQuery = z.object({
  ...Paging,
  owner: many.describe('As `emw`, or project_data (the default) or all_data; repeatable'),
  case_type: many.describe('Only these case types; repeatable'),
  status: z.enum(['open', 'closed', 'all']).default('all'),
  search: z.string().optional().describe('Part of a name or of an external id, or a whole case id'),
  sort: z.enum(['modified', 'opened', 'name', 'type']).default('modified'),
  direction: z.enum(['asc', 'desc']).default('desc'),
})
export type CaseListQuery = z.infer<typeof CaseListQuery>

export const CaseRow = z.object({
  case_id: z.string(),
  case_type: z.string(),
  case_name: z.string(),
  owner_id: z.string(),
  owner_name: z.string(),
  opened_on: z.string().nullable(),
  opened_by: z.string().nullable(),
  opened_by_name: z.string(),
  modified_on: z.string(),
  server_modified_on: z.string(),
  closed: z.boolean(),
})
export const CaseList = z.object({ ...AsOf, ...PageInfo, rows: z.array(CaseRow) })
export type CaseList = z.infer<typeof CaseList>

/** One answered question, in document order; groups and repeats nest. `label` is the element's name made readable. */
export interface FormAnswer {
  path: string
  label: string
  value: string | null
  children: FormAnswer[]
}
export const FormAnswer: z.ZodType<FormAnswer> = z.lazy(() =>
  z.object({
    path: z.string(),
    label: z.string(),
    value: z.string().nullable(),
    children: z.array(FormAnswer),
  }),
)

export const PropertyChange = z.object({
  property: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
})

export const FormPage = z.object({
  ...ReadAt,
  timezone: z.string(),
  form_id: z.string(),
  form_name: z.string(),
  xmlns: z.string(),
  state: z.string(),
  problem: z.string().nullable(),
  received_on: z.string(),
  edited_on: z.string().nullable(),
  user_id: z.string().nullable(),
  username: z.string(),
  metadata: z.array(z.object({ name: z.string(), value: z.string() })),
  answers: z.array(FormAnswer),
  cases: z.array(
    z.object({
      case_id: z.string(),
      case_type: z.string(),
      case_name: z.string(),
      /** In words: created, updated, closed, indices changed. */
      actions: z.array(z.string()),
      changes: z.array(PropertyChange),
    }),
  ),
  attachments: z.array(
    z.object({ name: z.string(), content_type: z.string(), size_bytes: z.number(), url: z.string() }),
  ),
  history: z.array(z.object({ user_id: z.string().nullable(), date: z.string(), operation: z.string() })),
  /** Older or newer versions of the same submission. */
  versions: z.array(z.object({ form_id: z.string(), state: z.string(), received_on: z.string() })),
})
export type FormPage = z.infer<typeof FormPage>

export const CasePage = z.object({
  ...ReadAt,
  timezone: z.string(),
  case_id: z.string(),
  case_type: z.string(),
  case_name: z.string(),
  owner_id: z.string(),
  owner_name: z.string(),
  external_id: z.string().nullable(),
  opened_on: z.string().nullable(),
  opened_by_name: z.string(),
  modified_on: z.string(),
  modified_by_name: z.string(),
  server_modified_on: z.string(),
  closed: z.boolean(),
  closed_on: z.string().nullable(),
  closed_by_name: z.string().nullable(),
  deleted: z.boolean(),
  properties: z.array(z.object({ property: z.string(), value: z.string() })),
  indices: z.array(
    z.object({
      identifier: z.string(),
      case_id: z.string(),
      case_type: z.string(),
      relationship: z.string(),
    }),
  ),
  ledgers: z.array(
    z.object({
      section_id: z.string(),
      entry_id: z.string(),
      balance: z.number(),
      last_modified: z.string(),
    }),
  ),
})
export type CasePage = z.infer<typeof CasePage>

export const CaseHistory = z.object({
  ...ReadAt,
  timezone: z.string(),
  /** Newest first; the state of the case after each is what `changes` add up to. */
  transactions: z.array(
    z.object({
      form_id: z.string(),
      form_name: z.string(),
      actions: z.array(z.string()),
      user_id: z.string().nullable(),
      username: z.string(),
      client_date: z.string().nullable(),
      server_date: z.string(),
      revoked: z.boolean(),
      changes: z.array(PropertyChange),
    }),
  ),
})
export type CaseHistory = z.infer<typeof CaseHistory>

export interface CaseTreeNode {
  case_id: string
  case_name: string
  case_type: string
  closed: boolean
  /** How this case hangs on the one above: identifier and relationship; null for the root. */
  identifier: string | null
  relationship: string | null
  is_current: boolean
  children: CaseTreeNode[]
}
export const CaseTreeNode: z.ZodType<CaseTreeNode> = z.lazy(() =>
  z.object({
    case_id: z.string(),
    case_name: z.string(),
    case_type: z.string(),
    closed: z.boolean(),
    identifier: z.string().nullable(),
    relationship: z.string().nullable(),
    is_current: z.boolean(),
    children: z.array(CaseTreeNode),
  }),
)
/** From the topmost ancestor down; `truncated` when more than 500 cases hang together. */
export const CaseTree = z.object({ ...ReadAt, root: CaseTreeNode, truncated: z.boolean() })
export type CaseTree = z.infer<typeof CaseTree>

export * from './contract/pipeline.ts'

/** Sent when something of the domain has become visible in the warehouse, and every 15 s as a sign of life. */
export const StreamTick = z.object({ as_of: z.string().nullable(), forms: z.number(), cases: z.number() })
export type StreamTick = z.infer<typeof StreamTick>
