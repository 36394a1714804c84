/** A domain of a million forms and a million cases, made inside the engine: who, when and how often follow fixed hashes. */
import type { WarehouseClient } from '#infra/platform/index.ts'

export const DOMAIN = 'bench'
export const WORKERS = 2_000
export const WORKERS_OF_GROUP = 60
/** The last form arrives at this instant; the first 180 days before. */
export const ENDS_AT = new Date('2026-06-30T12:00:00Z')
const SPAN_SECONDS = 180 * 86_400
const VERSIONS = 3
/** A new version of a case comes at most this part of the span later. */
const LATEST_GAP = 0.06
const CHUNK_ROWS = 100_000
/** The newest rows lie in small parts, as a loader writes them. */
const TAIL_INSERTS = 20
const TAIL_ROWS = 500

export interface Fill {
  readonly forms: number
  readonly cases: number
}

const workerId = (n: string) => `lower(hex(MD5(concat('worker ', toString(${n})))))`
const formId = (n: string) => `lower(hex(MD5(concat('form ', toString(${n})))))`
const caseId = (n: string) => `lower(hex(MD5(concat('case ', toString(${n})))))`
/** Few workers do much: the square of an even share. */
const workerOf = (n: string) =>
  `toUInt64(floor(${WORKERS} * pow(cityHash64('who', toString(intDiv(${n}, 3))) / 18446744073709551616, 2)))`
const share = (what: string, n: string) => `(cityHash64('${what}', toString(${n})) % 1000)`
const WORDS = `['Amina','Bahati','Chipo','Dalila','Esi','Fatou','Grace','Hawa','Imani','Jamila','Khadija','Lulu']`
const word = (what: string, n: string) => `${WORDS}[1 + cityHash64('${what}', toString(${n})) % 12]`
/** Answers of a form or properties of a case: `fields` names with texts that repeat a little. */
const answers = (n: string, fields: number) =>
  `concat('{', arrayStringConcat(arrayMap(i -> concat('"question_', toString(i), '":"', ${word('answer', `${n} + i`)}, ' ',
    toString(cityHash64(${n}, i) % 100000), '"'), range(${fields})), ','), '}')`

function instants({ forms }: Fill) {
  const end = `toDateTime64('${ENDS_AT.toISOString().slice(0, 19).replace('T', ' ')}', 6, 'UTC')`
  return (n: string, lateSeconds: string) =>
    `${end} - toIntervalMillisecond(toInt64((${forms} - ${n}) * ${(SPAN_SECONDS * 1_000) / forms})) - toIntervalSecond(${lateSeconds})`
}

function formFacts(fill: Fill): Readonly<Record<string, string>> {
  const at = instants(fill)
  const state = share('state', 'n')
  const late = `${share('late', 'n')} * 60`
  return {
    domain: `'${DOMAIN}'`,
    form_id: formId('n'),
    version: `if(${share('edited', 'n')} < 20, 2, 1)`,
    state: `multiIf(${state} < 960, 1, ${state} < 970, 2, ${state} < 985, 4, ${state} < 995, 8, 16)`,
    xmlns: `concat('http://example.org/form/', toString(cityHash64('kind', n) % 8))`,
    form_type: `'data'`,
    form_name: `concat('Visit ', toString(cityHash64('kind', n) % 8))`,
    app_id: `'app'`,
    build_id: `'build'`,
    user_id: workerId(workerOf('n')),
    username: `concat('worker', toString(${workerOf('n')}))`,
    received_at: at('n', '0'),
    completed_at: at('n', late),
    started_at: at('n', `${late} + 300`),
    edited_at: `if(${share('edited', 'n')} < 20, ${at('n', '0')}, null)`,
    server_modified_at: at('n', '0'),
    app_version: `'2.55'`,
    commcare_version: `'2.55.0'`,
    case_ids: `[${caseId('n')}, ${caseId(`(n * 7 + 1) % ${fill.cases}`)}]`,
    document: answers('n', 30),
  }
}

/** Version `v` of case `n` is the work of form `n + (v - 1) × gap(n)`. */
const formOf = ({ forms }: Fill, v: number) =>
  `least(n + ${v - 1} * (1 + cityHash64('gap', n) % ${Math.max(1, Math.floor((forms * LATEST_GAP) / 2))}), ${forms - 1})`

function caseFacts(fill: Fill, v: number): Readonly<Record<string, string>> {
  const at = instants(fill)
  const form = formOf(fill, v)
  const closes = v === VERSIONS ? `${share('closed', 'n')} < 300` : 'false'
  const who = workerId(workerOf('n'))
  return {
    domain: `'${DOMAIN}'`,
    case_id: caseId('n'),
    version: String(v),
    type: `['mother','child','child','household','visit'][1 + cityHash64('type', n) % 5]`,
    name: `concat(${word('first', 'n')}, ' ', ${word('last', 'n')}, ' ', toString(n % 5000))`,
    owner_id: `if(${share('nobody', 'n')} < 20, 'departed', ${who})`,
    external_id: `if(${share('external', 'n')} < 300, concat('EXT-', toString(n)), '')`,
    opened_at: at('n', `${share('late', 'n')} * 60`),
    opened_by: who,
    modified_at: at(form, `${share('late', form)} * 60`),
    modified_by: who,
    closed: closes,
    closed_at: `if(${closes}, ${at(form, `${share('late', form)} * 60`)}, null)`,
    closed_by: `if(${closes}, ${who}, '')`,
    deleted: `${share('deleted', 'n')} < 5`,
    server_modified_at: at(form, '0'),
    document: answers('n', 20),
    cause: `if(${share('rebuild', 'n')} < 10, 'rebuild', 'form')`,
    form_id: formId(form),
    transaction_type: '1',
    user_id: who,
    owner_before: who,
    changed_at: at(form, `${share('late', form)} * 60`),
    server_at: at(form, '0'),
    before: answers('n', 20),
  }
}

function insertOf(table: string, columns: Readonly<Record<string, string>>): string {
  return `insert into ${table} (${Object.keys(columns).join(', ')}) select ${Object.values(columns).join(', ')}
    from (select number as n from numbers({from:UInt64}, {rows:UInt64}))`
}

const WORKERS_SQL = `insert into workers (domain, user_id, version, username, first_name, last_name, location_id, location_path,
    group_ids, case_sharing_group_ids, is_active, is_demo, is_deleted, created_at)
  select '${DOMAIN}', ${workerId('n')}, 1, concat('worker', toString(n), '@${DOMAIN}.commcarehq.org'), ${word('first', 'n')},
    ${word('last', 'n')}, concat('place', toString(n % 40)), [concat('place', toString(n % 40)), 'district'],
    [concat('group', toString(intDiv(n, ${WORKERS_OF_GROUP})))], [], n % 50 != 49, false, false, now64(6)
  from (select number as n from numbers({from:UInt64}, {rows:UInt64}))`

/** Takes minutes. All but the newest rows are merged as the loader has them merged. */
export async function fillWarehouse(
  warehouse: WarehouseClient,
  fill: Fill,
  tell: (line: string) => void,
): Promise<void> {
  const insert = (query: string, from: number, rows: number) =>
    warehouse.command({
      query,
      query_params: { from, rows },
      clickhouse_settings: { max_partitions_per_insert_block: '0' },
    })
  const inChunks = async (query: string, range: { from: number; to: number; chunk: number }) => {
    for (let from = range.from; from < range.to; from += range.chunk)
      await insert(query, from, Math.min(range.chunk, range.to - from))
  }
  const formsSql = insertOf(`entry_forms_${DOMAIN}`, formFacts(fill))
  const casesSql = (v: number) => insertOf(`entry_cases_${DOMAIN}`, caseFacts(fill, v))
  const tail = Math.min(TAIL_INSERTS * TAIL_ROWS, Math.floor(fill.cases / 2))
  await insert(WORKERS_SQL, 0, WORKERS)
  tell(`filling ${fill.forms} forms`)
  await inChunks(formsSql, { from: 0, to: fill.forms - tail, chunk: CHUNK_ROWS })
  for (let v = 1; v <= VERSIONS; v += 1) {
    tell(`filling version ${v} of ${fill.cases} cases`)
    const to = v === VERSIONS ? fill.cases - tail : fill.cases
    await inChunks(casesSql(v), { from: 0, to, chunk: CHUNK_ROWS })
  }
  await warehouse.command({ query: 'optimize table case_facts final' })
  await inChunks(formsSql, { from: fill.forms - tail, to: fill.forms, chunk: TAIL_ROWS })
  await inChunks(casesSql(VERSIONS), { from: fill.cases - tail, to: fill.cases, chunk: TAIL_ROWS })
}
