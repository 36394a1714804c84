/** What every page of a domain needs to know first: where it is, and which day it is there. */
import { FilterChoices } from '#api/contract.ts'
import type { PanelResult } from '#lib/panel.ts'
import { dayIn } from '#lib/range.ts'
import { domainPath, get, toPanel } from './api.ts'

type Asker = Parameters<typeof get>[0]

/** Today in the domain's time zone. */
export function todayIn(timezone: string): string {
  return dayIn(timezone, new Date())
}

/** What the filters of a report can be set to. */
export function readChoices(asker: Asker, domain: string): Promise<PanelResult<FilterChoices>> {
  return toPanel(get(asker, FilterChoices, domainPath(domain, 'filters')))
}
