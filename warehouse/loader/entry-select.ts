/**
 * Events → rows of a domain's entrance, said to the engine: payloads go to it as they lie in the outbox, one a line, and
 * nobody here reads them. `to-rows.ts` says what the rows are; this must give the same bytes, or fail. So a line passes only
 * if what was read out of it, written again in the order in which ingest writes it, gives the line's own bytes: then each value was there,
 * had the right type, and was read rightly, and where the written part ends a document begins. Anything else (another order
 * of fields, a clock beyond 2299, half a surrogate pair) makes the whole insert fail, and `to-rows.ts` does it instead.
 */

/** Every name below is ours; the domain comes as a parameter. */
type Column = readonly [name: string, sql: string]

/** As `JSON.stringify` writes a text: the setting that leaves `/` alone is among those of the insert. */
const text = (value: string): string => `toJSONString(${value})`
const optional = (value: string): string =>
  `if(isNull(${value}), 'null', toJSONString(assumeNotNull(${value})))`
const flag = (value: string): string => `if(${value}, 'true', 'false')`
const orEmpty = (value: string): string => `ifNull(${value}, '')`

const basic = (value: string): string =>
  `concat(substring(${value}, 1, 10), ' ', substring(${value}, 12, 15))`
const parsed = (value: string): string => `toDateTime64OrNull(${basic(value)}, 6, 'UTC')`
/** `2024-03-01T08:00:00.000000Z` and no other way of writing it, in the years that `to-rows.ts` does not move into its range. */
const isInstant = (value: string): string =>
  `ifNull(concat(replaceOne(toString(${parsed(value)}), ' ', 'T'), 'Z') = ${value} and substring(${value}, 1, 4) between '1900' and '2299', false)`
const isInstantOrNull = (value: string): string => `(isNull(${value}) or ${isInstant(value)})`
const instant = (value: string): string => `assumeNotNull(${parsed(value)})`

interface Shape {
  readonly [name: string]: string | Shape
}

function toTuple(shape: Shape): string {
  const fields = Object.entries(shape).map(
    ([name, type]) => `\`${name}\` ${typeof type === 'string' ? type : toTuple(type)}`,
  )
  return `Tuple(${fields.join(', ')})`
}

const extract = (line: string, shape: Shape): string => `JSONExtract(${line}, '` + toTuple(shape) + `')`

/** `{"a":…,"b":…`, then whatever follows. */
function written(
  fields: readonly (readonly [name: string, sql: string])[],
  opening: string,
  end: string,
): string {
  const parts = fields.map(([name, sql], index) => `'${index === 0 ? opening : ','}"${name}":', ${sql}`)
  return `concat(${parts.join(', ')}, '${end}')`
}

const TEXT = 'String'
const OPTIONAL = 'Nullable(String)'

const FORM = {
  form_id: TEXT,
  state: 'UInt8',
  xmlns: TEXT,
  app_id: OPTIONAL,
  build_id: OPTIONAL,
  user_id: OPTIONAL,
  username: OPTIONAL,
  device_id: OPTIONAL,
  received_at: TEXT,
  edited_at: OPTIONAL,
  server_modified_at: TEXT,
  meta: {
    deviceID: OPTIONAL,
    timeStart: OPTIONAL,
    timeEnd: OPTIONAL,
    username: OPTIONAL,
    userID: OPTIONAL,
    instanceID: OPTIONAL,
    appVersion: OPTIONAL,
    drift: OPTIONAL,
    commcare_version: OPTIONAL,
  },
  orig_id: OPTIONAL,
  deprecated_form_id: OPTIONAL,
  problem: OPTIONAL,
  submit_ip: OPTIONAL,
  last_sync_token: OPTIONAL,
  is_api_submission: 'Bool',
  edited_by_user_id: OPTIONAL,
  case_ids: 'Array(String)',
  form: { '#type': OPTIONAL, '@name': OPTIONAL },
} as const satisfies Shape

/** Fields of the form that come before and behind `meta`, in ingest's order. */
const BEFORE_META = [
  'form_id',
  'state',
  'xmlns',
  'app_id',
  'build_id',
  'user_id',
  'username',
  'device_id',
] as const
const INSTANTS = ['received_at', 'edited_at', 'server_modified_at'] as const
const BEHIND_META = [
  'orig_id',
  'deprecated_form_id',
  'problem',
  'submit_ip',
  'last_sync_token',
  'is_api_submission',
  'edited_by_user_id',
  'case_ids',
] as const

function encode(shape: Shape, name: string, value: string): string {
  const type = shape[name]
  if (type === OPTIONAL) return optional(value)
  if (type === 'Bool') return flag(value)
  return type === TEXT || type === 'Array(String)' ? text(value) : `toString(${value})`
}

const encodeAll = (shape: Shape, from: string, names: readonly string[]) =>
  names.map((name) => [name, encode(shape, name, `${from}.${name}`)] as const)

const FORM_HEAD = written(encodeAll(FORM, 't', [...BEFORE_META, ...INSTANTS]), '{', ',"meta":')
const FORM_META = written(
  encodeAll(FORM.meta, 't.meta', Object.keys(FORM.meta)),
  '{',
  ',"app_build_version":',
)
const FORM_TAIL = written(encodeAll(FORM, 't', BEHIND_META), ',', ',"attachments":')

/** A text of the document counts only when it stands in it as a text. */
const named = (key: string): string =>
  `(isNull(t.form.\`${key}\`) or position(line, concat('"${key}":', toJSONString(assumeNotNull(t.form.\`${key}\`)))) > 0)`

const FORM_FITS = [
  `(startsWith(line, concat(${FORM_HEAD}, 'null', ${FORM_TAIL}))
    or (startsWith(line, concat(${FORM_HEAD}, ${FORM_META})) and position(line, ${FORM_TAIL}) > 0))`,
  isInstant('t.received_at'),
  isInstant('t.server_modified_at'),
  ...['t.edited_at', 't.meta.timeEnd', 't.meta.timeStart'].map(isInstantOrNull),
  named('#type'),
  named('@name'),
].join(' and ')

const FORM_TYPE = orEmpty('t.form.`#type`')

const FORM_ROW: readonly Column[] = [
  ['domain', '{domain:String}'],
  ['form_id', 't.form_id'],
  ['version', `toUInt64(1 + throwIf(not (${FORM_FITS}), 'a line needs to be read with more care'))`],
  ['state', 't.state'],
  ['xmlns', 't.xmlns'],
  ['form_type', FORM_TYPE],
  ['form_name', `if(${orEmpty('t.form.`@name`')} = '', ${FORM_TYPE}, ${orEmpty('t.form.`@name`')})`],
  ...['app_id', 'build_id', 'user_id', 'username', 'device_id'].map(
    (name) => [name, orEmpty(`t.${name}`)] as const,
  ),
  ['received_at', instant('t.received_at')],
  ['completed_at', parsed('t.meta.timeEnd')],
  ['started_at', parsed('t.meta.timeStart')],
  ['edited_at', parsed('t.edited_at')],
  ['server_modified_at', instant('t.server_modified_at')],
  ['app_version', orEmpty('t.meta.appVersion')],
  ['commcare_version', orEmpty('t.meta.commcare_version')],
  ['problem', orEmpty('t.problem')],
  ['orig_id', orEmpty('t.orig_id')],
  ['case_ids', 't.case_ids'],
  ['document', 'line'],
]

const AFTER = {
  case_id: TEXT,
  type: TEXT,
  name: TEXT,
  owner_id: TEXT,
  external_id: OPTIONAL,
  location_id: OPTIONAL,
  opened_at: OPTIONAL,
  opened_by: OPTIONAL,
  modified_at: TEXT,
  modified_by: TEXT,
  closed: 'Bool',
  closed_at: OPTIONAL,
  closed_by: OPTIONAL,
  deleted: 'Bool',
  server_modified_at: TEXT,
} as const satisfies Shape

const CHANGE = {
  domain: TEXT,
  case_id: TEXT,
  version: 'UInt64',
  cause: TEXT,
  form_id: TEXT,
  transaction_type: 'UInt16',
  user_id: OPTIONAL,
  changed_at: TEXT,
  server_at: TEXT,
} as const satisfies Shape

const BEFORE = { case_id: TEXT, type: TEXT, name: TEXT, owner_id: TEXT } as const satisfies Shape

const CHANGE_HEAD = written(encodeAll(CHANGE, 't', Object.keys(CHANGE)), '{', ',"before":')
const AFTER_HEAD = written(encodeAll(AFTER, 't.after', Object.keys(AFTER)), '{', ',"properties":{')
const BEFORE_HEAD = written(encodeAll(BEFORE, 't.before', Object.keys(BEFORE)), '{', ',')
const LAST_NUMBER = '9007199254740991'

/** `rest` begins behind `"before":`; `split` is where the first `,"after":{` stands in it, which must be the only one. */
const CASE_FITS = [
  `startsWith(line, head)`,
  `t.domain = {domain:String}`,
  `split > 0 and position(rest, ',"after":{', split + 1) = 0`,
  `startsWith(document, ${AFTER_HEAD})`,
  `(was = 'null' or startsWith(was, ${BEFORE_HEAD}))`,
  `t.version <= ${LAST_NUMBER}`,
  ...['t.changed_at', 't.server_at', 't.after.modified_at', 't.after.server_modified_at'].map(isInstant),
  ...['t.after.opened_at', 't.after.closed_at'].map(isInstantOrNull),
].join(' and ')

const CASE_ROW: readonly Column[] = [
  ['domain', '{domain:String}'],
  ['case_id', 't.case_id'],
  ['version', `toUInt64(t.version + throwIf(not (${CASE_FITS}), 'a line needs to be read with more care'))`],
  ['type', 't.after.type'],
  ['name', 't.after.name'],
  ['owner_id', 't.after.owner_id'],
  ['external_id', orEmpty('t.after.external_id')],
  ['opened_at', parsed('t.after.opened_at')],
  ['opened_by', orEmpty('t.after.opened_by')],
  ['modified_at', instant('t.after.modified_at')],
  ['modified_by', 't.after.modified_by'],
  ['closed', 't.after.closed'],
  ['closed_at', parsed('t.after.closed_at')],
  ['closed_by', orEmpty('t.after.closed_by')],
  ['deleted', 't.after.deleted'],
  ['server_modified_at', instant('t.after.server_modified_at')],
  ['document', 'document'],
  ['cause', 't.cause'],
  ['form_id', 't.form_id'],
  ['transaction_type', 't.transaction_type'],
  ['user_id', orEmpty('t.user_id')],
  ['owner_before', `if(was = 'null', '', t.before.owner_id)`],
  ['changed_at', instant('t.changed_at')],
  ['server_at', instant('t.server_at')],
  ['before', `if(was = 'null', '', was)`],
]

/** The event is `{"domain":…,"version":1,"form":` and a line, and a bracket. */
const FORM_START = `(length('{"domain":"') + length({domain:String}) + length('","version":1,"form":'))`
const FORM_LINES = `select line, ${extract('line', FORM)} as t
    from (select substring(raw, ${FORM_START} + 1, length(raw) - ${FORM_START} - 1) as line from input('raw String'))`

/** The last bracket of a line closes the event. */
const CASE_LINES = `
  select line, t, head, rest, split, substring(rest, 1, split - 1) as was,
    substring(rest, split + length(',"after":'), length(rest) - split - length(',"after":')) as document
  from (
    select line, t, head, substring(line, length(head) + 1) as rest, position(rest, ',"after":{') as split
    from (
      select line, t, ${CHANGE_HEAD} as head
      from (select line, ${extract('line', { ...CHANGE, before: BEFORE, after: AFTER })} as t from input('line String'))))`

function insertOf(table: string, row: readonly Column[], lines: string): string {
  return `insert into ${table} (${row.map(([name]) => name).join(', ')})
    select ${row.map(([name, sql]) => `${sql} as c_${name}`).join(', ')} from (${lines}) format LineAsString`
}

/**
 * @param table an entrance for forms; a line is the payload of an event that begins `{"domain":"…","version":1,"form":`, the
 * parameter `domain` its domain.
 */
export const insertFormLines = (table: string): string => insertOf(table, FORM_ROW, FORM_LINES)

/** @param table an entrance for cases; a line is the payload of an event, the parameter `domain` its domain. */
export const insertCaseLines = (table: string): string => insertOf(table, CASE_ROW, CASE_LINES)
