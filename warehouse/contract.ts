/**
 * What the warehouse holds and how it is asked. The tables (DDL in `ddl/`, one statement a file):
 *
 *   forms         one row a form id, the highest `version` wins      ReplacingMergeTree(version), order by (domain, received_at, form_id)
 *   cases         one row a case id, the highest `version` wins      ReplacingMergeTree(version), order by (domain, case_id)
 *   case_changes  one row a (case id, version): every change         ReplacingMergeTree(), order by (domain, changed_at, case_id, version)
 *   workers       one row a user id, the highest `version` wins      ReplacingMergeTree(version), order by (domain, user_id)
 *   entry_forms_<domain>, entry_cases_<domain>   engine Null: what the loader writes; views carry it on
 */

/** Role of a login at the engine's HTTP port: `owner` may do all, `reader` may only select. */
export type EngineRole = 'owner' | 'reader'

/** The consumer that feeds the warehouse; its high-water mark is the "as of" of every number. */
export const LOADER_CONSUMER = 'warehouse-loader'

/** `notify` channel on which the loader says, after each range, which domains have news: `{"domains":{"demo":{"forms":3,"cases":5}},"as_of":"…"}`. */
export const LOADED_CHANNEL = 'warehouse_loaded'
