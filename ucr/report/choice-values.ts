/**
 * Values of the filters that offer choices. `_all` (and nothing) is no condition; U+2400 stands for "has none"; several values are repeated
 * parameters or one parameter parted by U+001F.
 * Source: reference §6.14.
 */
import type {
  ChoiceListFilter,
  DynamicChoiceFilter,
  LocationDrilldownFilter,
  MultiFieldChoiceFilter,
} from '../tree/report-filter.ts'
import { cast } from '../value/cast.ts'
import { isList } from '../value/value.ts'
import type { Value } from '../value/value.ts'
import type { Clause } from './clause.ts'

export const SHOW_ALL = '_all'
export const SHOW_NONE = 'show_none'
export const NONE_CHOICE = '\u2400'
const DELIMITER = '\u001f'

export type Params = Readonly<Record<string, string | readonly string[] | undefined>>

/** What location filters ask of the tree of places. */
export interface Places {
  /** The places given and everything below them. */
  readonly withDescendants: (locationIds: readonly string[]) => readonly string[]
  /** The place itself or the one above it of that type, or null. */
  readonly ancestor: (locationId: string, locationType: string) => string | null
  /** The places a reader may see; null is all. */
  readonly accessible: readonly string[] | null
}

/** Everything a parameter holds, parted; blanks stay, they mean "has none". */
export function valuesOf(params: Params, slug: string): readonly string[] {
  const given = params[slug]
  if (given === undefined) return []
  return (typeof given === 'string' ? [given] : given).flatMap((each) => each.split(DELIMITER))
}

function defaultsOf(value: Value): readonly string[] {
  if (value === null) return []
  return (isList(value) ? value : [value]).map((each) => (each === null ? NONE_CHOICE : String(each)))
}

function inClause(
  fields: readonly string[],
  chosen: readonly string[],
  typed: (text: string) => Value,
): readonly Clause[] {
  const isNone = (text: string): boolean => text === NONE_CHOICE || text === ''
  const values = chosen.filter((text) => !isNone(text)).map(typed)
  return [{ op: 'in', fields, values, orNull: chosen.some(isNone) }]
}

/** One choice; without one the first, unless all may be shown. */
export function readChoice(filter: ChoiceListFilter, params: Params): readonly Clause[] {
  const [given] = [...valuesOf(params, filter.slug), ...defaultsOf(filter.default)]
  const first = filter.choices[0]?.value ?? null
  const chosen = given ?? (filter.show_all ? SHOW_ALL : (defaultsOf(first)[0] ?? NONE_CHOICE))
  if (chosen === SHOW_ALL) return []
  // A choice keeps the type that the configuration gave it.
  const known = filter.choices.find(({ value }) => value !== null && String(value) === chosen)
  return inClause([filter.field], [chosen], (text) => cast(known?.value ?? text, filter.datatype))
}

const chosenOf = (
  filter: { readonly slug: string; readonly default: Value },
  params: Params,
): readonly string[] => {
  const given = valuesOf(params, filter.slug)
  return given.length > 0 ? given : defaultsOf(filter.default)
}

/** The chosen places, with what is below them where the filter says so, cut to what the reader may see. */
function expandPlaces(
  chosen: readonly string[],
  includeDescendants: boolean,
  places: Places,
): readonly string[] {
  const all = includeDescendants ? places.withDescendants(chosen) : chosen
  const { accessible } = places
  return accessible === null ? all : all.filter((id) => accessible.includes(id))
}

function placeClauses(
  filter: DynamicChoiceFilter | LocationDrilldownFilter,
  chosen: readonly string[],
  options: { readonly includeDescendants: boolean; readonly places: Places },
): readonly Clause[] {
  const { places, includeDescendants } = options
  const isAll = chosen.length === 0 || chosen.includes(SHOW_ALL)
  if (isAll && places.accessible === null) return []
  const ids = isAll ? (places.accessible ?? []) : expandPlaces(chosen, includeDescendants, places)
  if (ids.length === 0) return [{ op: 'nothing' }]
  const own = inClause([filter.field], ids, (text) => text)
  const ancestor = filter.ancestor_expression
  if (ancestor === null || isAll) return own
  const above = [...new Set(chosen.flatMap((id) => places.ancestor(id, ancestor.location_type) ?? []))]
  return above.length === 0 ? own : [...own, ...inClause([ancestor.field], above, (text) => text)]
}

/** Any number of choices. */
export function readDynamicChoice(
  filter: DynamicChoiceFilter | MultiFieldChoiceFilter,
  params: Params,
  places: Places,
): readonly Clause[] {
  const chosen = chosenOf(filter, params)
  const { choice_provider: provider } = filter
  if (filter.type === 'dynamic_choice_list' && provider.type === 'location')
    return placeClauses(filter, chosen, { includeDescendants: provider.include_descendants, places })
  if (chosen.length === 0 || chosen.includes(SHOW_ALL)) return []
  const fields = filter.type === 'dynamic_choice_list' ? [filter.field] : filter.fields
  const withPlaces =
    provider.type === 'location' ? expandPlaces(chosen, provider.include_descendants, places) : chosen
  return inClause(fields, withPlaces, (text) => cast(text, filter.datatype))
}

/** One place of a tree; `show_none` shows no row. */
export function readDrilldown(
  filter: LocationDrilldownFilter,
  params: Params,
  places: Places,
): readonly Clause[] {
  const chosen = chosenOf(filter, params)
    .filter((id) => id !== '')
    .map((id) =>
      filter.prefix !== null && id.startsWith(filter.prefix) ? id.slice(filter.prefix.length) : id,
    )
  if (chosen.includes(SHOW_NONE)) return [{ op: 'nothing' }]
  return placeClauses(filter, chosen, { includeDescendants: filter.include_descendants, places })
}
