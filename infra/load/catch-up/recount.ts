/** What must be in the warehouse, counted in the outbox, and what is there. */
import type { Postgres, WarehouseClient } from '#infra/platform/index.ts'

/** One domain. `formWeights`, `changeWeights`: sums of a property that every form writes into its case. */
export interface Count {
  readonly domain: string
  readonly forms: number
  readonly formWeights: number
  readonly cases: number
  readonly changes: number
  readonly changeVersions: number
  readonly changeWeights: number
}

const textBehind = (mark: string): string => `split_part(split_part(payload, '${mark}', 2), '"', 1)`

const EXPECTED = `
  select domain, count(*) filter (where topic = 'form-events.v1')::float8 as forms,
    count(distinct event_key) filter (where topic = 'case-events.v1')::float8 as cases,
    count(*) filter (where topic = 'case-events.v1')::float8 as changes,
    coalesce(sum(${textBehind('"weight":"')}::bigint) filter (where topic = 'form-events.v1'), 0)::float8 as "formWeights",
    coalesce(sum(split_part(split_part(split_part(payload, ',"after":{', 2), '"weight":"', 2), '"', 1)::bigint)
      filter (where topic = 'case-events.v1'), 0)::float8 as "changeWeights",
    coalesce(sum(split_part(split_part(payload, '"version":', 2), ',', 1)::bigint) filter (where topic = 'case-events.v1'), 0)::float8 as "changeVersions"
  from feed.outbox group by domain order by domain`

const FOUND = `
  select f.domain as domain, forms, formWeights, cases, changes, changeVersions, changeWeights
  from (select domain, count() as forms, sum(toUInt64OrZero(JSONExtractString(document, 'form', 'case', 'update', 'weight'))) as formWeights
    from forms group by domain) as f
  join (select domain, uniqExact(case_id) as cases, count() as changes, sum(version) as changeVersions,
      sum(toUInt64OrZero(JSONExtractString(after, 'properties', 'weight'))) as changeWeights
    from case_changes group by domain) as c on c.domain = f.domain
  join (select domain, count() as stored from case_facts final group by domain) as k on k.domain = f.domain and stored = cases
  order by domain`

/** Without `final` where a repeated row would show. @returns differences in words; none when all is equal. */
export async function recount(postgres: Postgres, warehouse: WarehouseClient): Promise<readonly string[]> {
  const [expected, found] = await Promise.all([
    postgres.pool.query<Count>(EXPECTED).then(({ rows }) => rows),
    warehouse.query({ query: FOUND, format: 'JSONEachRow' }).then((result) => result.json<Count>()),
  ])
  const byDomain = new Map(found.map((count) => [count.domain, count]))
  return expected.flatMap((wanted) => {
    const got = byDomain.get(wanted.domain)
    const keys = ['forms', 'formWeights', 'cases', 'changes', 'changeVersions', 'changeWeights'] as const
    return keys
      .filter((key) => got?.[key] !== wanted[key])
      .map((key) => `${wanted.domain}: ${key} ${got?.[key] ?? 'none'} instead of ${wanted[key]}`)
  })
}
