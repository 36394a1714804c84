/**
 * What the warehouse holds and how it is asked. The tables (DDL in `ddl/`, one statement a file):
 *
 *   forms         one row a form id, the highest `version` wins      ReplacingMergeTree(version), order by (domain, received_at, form_id)
 *   cases         one row a case id, the highest `version` wins      ReplacingMergeTree(version), order by (domain, case_id)
 *   case_facts    the same without its document, for lists and counts   ReplacingMergeTree(version), order by (domain, case_hash, case_id)
 *   case_changes  one row a (case id, version): every change         ReplacingMergeTree(), order by (domain, changed_at, case_id, version)
 *   workers       one row a user id, the highest `version` wins      ReplacingMergeTree(version), order by (domain, user_id)
 *   entry_forms_<domain>, entry_cases_<domain>   engine Null: what the loader writes; views carry it on
 */

/** Role of a login at the engine's HTTP port: `owner` may do all, `reader` may only select. */
export type EngineRole = 'owner' | 'reader'

/** The consumer that feeds the warehouse; its high-water mark is the "as of" of every number. */
export const LOADER_CONSUMER = 'warehouse-loader'

/** What of the feed the warehouse keeps; no rows are made of the other topics. */
export const LOADED_TOPICS = ['form-events.v1', 'case-events.v1', 'user-events.v1'] as const
export type LoadedTopic = (typeof LOADED_TOPICS)[number]

/** `notify` channel on which the loader says, after each range, which domains have news: `{"domains":{"demo":{"forms":3,"cases":5}},"as_of":"…"}`. */
export const LOADED_CHANNEL = 'warehouse_loaded'

/** What a report needs to know of a domain besides its numbers; the caller reads it from tenants. */
export interface ReportScope {
  readonly domain: string
  /** IANA name: calendar days are this zone's. */
  readonly timezone: string
  readonly groups: readonly { readonly group_id: string; readonly name: string }[]
  readonly locations: readonly {
    readonly location_id: string
    readonly name: string
    readonly parent_id: string | null
  }[]
  /** `username` is the e-mail address. */
  readonly webUsers: readonly { readonly user_id: string; readonly username: string; readonly name: string }[]
}

/** Form ids and instants of one page; `next` and `previous` are opaque cursors. */
export interface PageInfo {
  readonly total: number
  readonly next: string | null
  readonly previous: string | null
}

/** Xmlns of forms that no person filled in: never counted as somebody's work. Source: reference §7. */
export const SYSTEM_FORM_XMLNS = [
  'http://commcarehq.org/system/close-extension-cases',
  'http://commcarehq.org/case',
  'http://commcarehq.org/case_export_unsync',
  'http://openrosa.org/user/registration',
  'http://openrosa.org/user-registration',
  'http://code.javarosa.org/devicereport',
] as const

/** The case type of a worker's own case, left out unless chosen. */
export const USERCASE_TYPE = 'commcare-user'
/** Ties an owner to a user; left out of lists unless chosen. */
export const OWNER_MAPPING_TYPE = 'user-owner-mapping-case'
