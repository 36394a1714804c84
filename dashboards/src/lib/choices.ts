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
