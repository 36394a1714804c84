/** The choices of the filters, as the form fields write them. `emw`: see reference §7, expanded mobile worker filter. */
import type { FilterChoices } from '#api/contract.ts'
import type { PanelResult } from '#lib/panel.ts'

export interface Choice {
  readonly value: string
  readonly label: string
  readonly hint?: string
}

export interface Choices {
  readonly workers: Choice[]
  readonly groups: Choice[]
  readonly places: Choice[]
  readonly caseTypes: Choice[]
  readonly forms: Choice[]
}

/** Without any of them, and without a person, group or place: active and deactivated mobile workers. */
export const USER_KINDS: readonly Choice[] = [
  { value: 't__0', label: 'Active mobile workers' },
  { value: 't__5', label: 'Deactivated mobile workers' },
  { value: 't__6', label: 'Web users' },
  { value: 't__1', label: 'Demo user' },
  { value: 't__2', label: 'Admin user' },
  { value: 't__3', label: 'Unknown users', hint: 'ids that are nobody’s' },
]

/** Without any: `project_data`, what workers, groups and places own, and what nobody owns. */
export const OWNER_KINDS: readonly Choice[] = [
  { value: 'project_data', label: 'The project’s', hint: 'not of demo or unknown users' },
  { value: 'all_data', label: 'All data' },
  ...USER_KINDS,
]

const NONE: Choices = { workers: [], groups: [], places: [], caseTypes: [], forms: [] }

/** Without an answer the filters are empty, and the report below them still works. */
export function toChoices(answer: PanelResult<FilterChoices>): Choices {
  if (answer.kind === 'failed') return NONE
  const { workers, groups, locations, case_types, forms } = answer.value
  return {
    workers: workers.map((worker) => ({
      value: `u__${worker.user_id}`,
      label: worker.name === '' ? worker.username : worker.name,
      hint: worker.is_active ? worker.username : `${worker.username}, deactivated`,
    })),
    groups: groups.map((group) => ({ value: `g__${group.group_id}`, label: group.name })),
    places: locations.map((place) => ({
      value: `l__${place.location_id}`,
      label: place.name,
      hint: place.type,
    })),
    caseTypes: case_types.map((type) => ({ value: type, label: type })),
    forms: forms.map((form) => ({ value: form.xmlns, label: form.name })),
  }
}
