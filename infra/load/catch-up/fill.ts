/**
 * Millions of events in the outbox, from a few hundred that the real receiver wrote: inside Postgres, each with ids, an
 * instant and digits of its own. Two events a form, as intake writes them; half of the forms create a case, the others
 * update it, and come behind.
 */
import { randomUUID } from 'node:crypto'
import type { Postgres } from '#infra/platform/index.ts'
import { benchForm, DIGITS_MARK } from './forms.ts'
import type { Submitter } from './intake.ts'

/** Cases that are sent through the receiver; each gives two forms, so four events. */
const STORIES = 150
const EVENTS_OF_CASE = 4
const CASES_A_STATEMENT = 5_000
const WRITERS = 2

/** The domain whose events serve as patterns. */
export const PATTERN_DOMAIN = 'bench'

export const fillDomains = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `bench-${n + 1}`)

async function submitStories(submitter: Submitter): Promise<readonly (readonly string[])[]> {
  const stories: string[][] = []
  for (let n = 0; n < STORIES; n += 1) {
    const caseId = randomUUID()
    const forms = [benchForm(n * 2, caseId, 'create'), benchForm(n * 2 + 1, caseId, 'update')]
    for (const form of forms)
      if (!(await submitter.submit(form.xml))) throw new Error('a pattern was refused')
    stories.push([caseId, ...forms.map(({ formId }) => formId)])
  }
  return stories
}

/** Patterns: what the receiver wrote, with marks where each event shall differ. */
async function makePatterns(postgres: Postgres, submitter: Submitter): Promise<void> {
  const stories = await submitStories(submitter)
  await postgres.pool.query(`
    create unlogged table public.bench_patterns (story int, step int, topic text, payload text, primary key (story, step))`)
  await postgres.pool.query(
    `insert into public.bench_patterns
     select s.story, row_number() over (partition by s.story order by o.xid, o.seq) - 1, o.topic,
       regexp_replace(replace(replace(replace(replace(o.payload, '"domain":"${PATTERN_DOMAIN}"', '"domain":"~DOMAIN~"'),
         s.case_id, '~CASE~'), f.form_id, '~FORM~'), '${DIGITS_MARK}', '~DIGITS~'),
         '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d', '~SECOND~', 'g')
     from unnest($1::int[], $2::text[]) as s (story, case_id)
     join unnest($3::int[], $4::text[]) as f (story, form_id) using (story)
     join feed.outbox o on (o.event_key = s.case_id or o.event_key = f.form_id) and position(f.form_id in o.payload) > 0`,
    [
      stories.map((_, n) => n),
      stories.map(([caseId]) => caseId),
      stories.flatMap((_, n) => [n, n]),
      stories.flatMap(([, ...formIds]) => formIds),
    ],
  )
}

/** One statement: the creating forms of a run of cases, then those that update them. Steps 0 and 1 create. */
const FILL = `
  insert into feed.outbox (topic, domain, event_key, payload)
  select topic, domain, case when topic = 'form-events.v1' then form_id else case_id end,
    replace(replace(replace(replace(replace(payload, '~DOMAIN~', domain), '~CASE~', case_id), '~FORM~', form_id), '~DIGITS~',
      md5(form_id)), '~SECOND~', to_char(timestamp '2026-01-01' + make_interval(secs => n / 4.0 + step / 2 * 900), 'YYYY-MM-DD"T"HH24:MI:SS'))
  from (
    select n, p.step, p.topic, p.payload, ($3::text[])[1 + n % cardinality($3::text[])] as domain,
      md5('case ' || n)::uuid::text as case_id, md5('form ' || n || ' ' || p.step / 2)::uuid::text as form_id
    from generate_series($1::bigint, $2::bigint) as n join public.bench_patterns p on p.story = n % ${STORIES}
    order by p.step / 2, n, p.step) as e`

export interface Filled {
  readonly events: number
  readonly payloadBytes: number
  /** Of the table with its index, in Postgres. */
  readonly tableBytes: number
}

/** Leaves the outbox holding `events` events, and nothing of the patterns' own. */
export async function fillOutbox(
  postgres: Postgres,
  options: { readonly events: number; readonly domains: readonly string[]; readonly submitter: Submitter },
): Promise<Filled> {
  await makePatterns(postgres, options.submitter)
  await postgres.pool.query('truncate feed.outbox')
  const cases = Math.ceil(options.events / EVENTS_OF_CASE)
  let next = 0
  const writer = async (): Promise<void> => {
    for (let from = next; from < cases; from = next) {
      next = from + CASES_A_STATEMENT
      await postgres.pool.query(FILL, [from, Math.min(next, cases) - 1, options.domains])
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, writer))
  await postgres.pool.query('vacuum (analyze) feed.outbox')
  await postgres.pool.query('checkpoint')
  const { rows } = await postgres.pool.query<{ events: number; bytes: number; table_bytes: number }>(
    `select count(*)::float8 as events, sum(octet_length(payload))::float8 as bytes, pg_total_relation_size('feed.outbox')::float8 as table_bytes
     from feed.outbox`,
  )
  const [row] = rows
  if (row === undefined) throw new Error('nothing was filled')
  return { events: row.events, payloadBytes: row.bytes, tableBytes: row.table_bytes }
}
