/** What an audit says, in plain words. */
import type { Pipeline } from '#api/contract.ts'

type Finding = Pipeline['audit']['findings'][number]

export const PARTS: Readonly<Record<Finding['part'], string>> = {
  forms: 'Forms',
  cases: 'Cases',
  case_facts: 'Case list',
  case_changes: 'Case history',
  workers: 'Workers',
}

export const KINDS: Readonly<Record<Finding['kind'], string>> = {
  missing: 'Not in the reports',
  extra: 'In the reports, never received',
  stale: 'An older or newer state than received',
  changed: 'Other contents than received',
}

export const SCOPES = { full: 'Everything', recent: 'Last hours', asked: 'By command' } as const
