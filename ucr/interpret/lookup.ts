/** Expressions on other documents. Nothing crosses from one domain into another: the domain is the root document's. */
import type { DocumentType, LookupExpression } from '../tree/expression.ts'
import { isDict, isList, isTruthy, member } from '../value/value.ts'
import type { DictValue, Value } from '../value/value.ts'
import type { Context, Handlers } from './context.ts'

const LEVELS_MAX = 50

function domainOf({ root }: Context): string | null {
  const domain = isDict(root) ? member(root, 'domain') : null
  return typeof domain === 'string' && domain !== '' ? domain : null
}

/** The document, if it is there and of the root document's domain. */
function find(context: Context, type: DocumentType, id: Value): DictValue | null {
  const domain = domainOf(context)
  if (domain === null || typeof id !== 'string' || id === '') return null
  const found = context.lookup.document(domain, type, id)
  return found !== null && member(found, 'domain') === domain ? found : null
}

/** A list that belongs to an id; empty without an id or a domain. */
function listFor(
  context: Context,
  id: Value,
  list: (domain: string, id: string) => readonly DictValue[],
): readonly DictValue[] {
  const domain = domainOf(context)
  return domain === null || typeof id !== 'string' || id === '' ? [] : list(domain, id)
}

function groupsOf(context: Context, userId: Value): readonly DictValue[] {
  return find(context, 'CommCareUser', userId) === null
    ? []
    : listFor(context, userId, context.lookup.groupsOfUser)
}

function indexedCase(
  node: Extract<LookupExpression, { type: 'indexed_case' }>,
  item: Value,
  context: Context,
): Value {
  const from = context.evaluate(node.case_expression, item, context)
  const indices = isDict(from) ? member(from, 'indices') : null
  const index = isList(indices)
    ? indices.find((each) => isDict(each) && member(each, 'identifier') === node.index)
    : undefined
  return index !== undefined && isDict(index)
    ? find(context, 'CommCareCase', member(index, 'referenced_id'))
    : null
}

const typeName = (location: DictValue): Value =>
  member(location, 'location_type_name') ?? member(location, 'location_type')

function parentId(location: DictValue): Value {
  const parent = member(location, 'parent_location_id')
  const lineage = member(location, 'lineage')
  return parent ?? (isList(lineage) ? (lineage[0] ?? null) : null)
}

/** The location itself or the nearest above it that is of the type, by the type's code or name. */
function ancestorOf(context: Context, id: Value, type: Value): DictValue | null {
  let location = find(context, 'Location', id)
  for (let level = 0; location !== null && level < LEVELS_MAX; level++) {
    if (
      typeof type === 'string' &&
      [member(location, 'location_type_code'), typeName(location)].includes(type)
    )
      return location
    location = find(context, 'Location', parentId(location))
  }
  return null
}

function ancestorLocation(
  node: Extract<LookupExpression, { type: 'ancestor_location' }>,
  item: Value,
  context: Context,
): Value {
  const id = context.evaluate(node.location_id, item, context)
  const found = ancestorOf(context, id, context.evaluate(node.location_type, item, context))
  if (found === null || node.location_property === null) return found
  const key = context.evaluate(node.location_property, item, context)
  return typeof key === 'string' ? member(found, key) : null
}

function relatedDoc(
  node: Extract<LookupExpression, { type: 'related_doc' }>,
  item: Value,
  context: Context,
): Value {
  const id = context.evaluate(node.doc_id_expression, item, context)
  if (!isTruthy(id)) return null
  const document = find(context, node.related_doc_type, id)
  // The other document is the root of what is asked of it; nothing of this row's cache holds there.
  const around = { ...context, root: document, iteration: 0, cache: new Map() }
  return context.evaluate(node.value_expression, document, around)
}

export const lookupHandlers: Handlers<LookupExpression> = {
  related_doc: relatedDoc,
  indexed_case: indexedCase,
  get_case_forms: (node, item, context) => {
    const forms = listFor(
      context,
      context.evaluate(node.case_id_expression, item, context),
      context.lookup.formsOfCase,
    )
    const { xmlns } = node
    return xmlns === null
      ? forms
      : forms.filter((form) => xmlns.some((each) => each === member(form, 'xmlns')))
  },
  get_subcases: (node, item, context) =>
    listFor(context, context.evaluate(node.case_id_expression, item, context), context.lookup.subcases),
  get_case_sharing_groups: (node, item, context) =>
    groupsOf(context, context.evaluate(node.user_id_expression, item, context)).filter(
      (group) => member(group, 'case_sharing') === true,
    ),
  get_reporting_groups: (node, item, context) =>
    groupsOf(context, context.evaluate(node.user_id_expression, item, context)).filter(
      (group) => member(group, 'reporting') !== false,
    ),
  location_type_name: (node, item, context) => {
    const location = find(context, 'Location', context.evaluate(node.location_id_expression, item, context))
    return location === null ? null : typeName(location)
  },
  location_parent_id: (node, item, context) => {
    const location = find(context, 'Location', context.evaluate(node.location_id_expression, item, context))
    return location === null ? null : parentId(location)
  },
  ancestor_location: ancestorLocation,
}
