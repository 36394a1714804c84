/**
 * Types that other servers register in code, for one project or programme. They are refused by name, so that whoever moves a configuration
 * learns that the word is right but the thing is not here.
 */
const FOREIGN_NAMES = new Set([
  'abt_supervisor',
  'abt_supervisor_v2',
  'abt_supervisor_v2019',
  'abt_supervisor_v2020',
  'cqi_action_item',
  'cvsu_expression',
  'eqa_expression',
  'eqa_percent_expression',
  'succeed_referenced_id',
  'concatenate_strings',
  'first_case_form_with_xmlns',
  'count_case_forms_with_xmlns',
  'month_expression',
  'year_expression',
  'mvp_medical_cases',
  'mvp_no_treatment_reason',
  'get_case_history',
  'get_case_history_by_date',
  'get_last_case_property_update',
  'get_case_forms_by_date',
  'get_app_version',
  'get_aggregate_forms',
  'datetime_now',
  'boolean_yes_no',
  'child_age_in_months',
  'ccs_referral_health_problem',
  'ccs_referral_place',
])
const FOREIGN_PATTERN = /^(icds|enikshay|ext|pna|champ|dot|yeksi|ethiopia_custom|uth|custom)_|_icds_|_icds$/

export function isForeignType(type: string): boolean {
  return FOREIGN_NAMES.has(type) || FOREIGN_PATTERN.test(type)
}
