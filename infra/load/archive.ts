/**
 * `npm run bench -- archive [--json]`: forms a second that leave Postgres for a folder, what reading one costs before and after, and
 * what is left of each in Postgres. Forms come in and are archived in turn, as in the days of a platform; Postgres is vacuumed as often as
 * its own daemon would, after each fiftieth. The limit beside is a plain loop of the same reads and compressions, and plain files.
 */
import { join } from 'node:path'
import { startPostgres } from '#infra/embedded/index.ts'
import { createLog, createPostgres, migrate, type Postgres } from '#infra/platform/index.ts'
import {
  ARCHIVE_NOW,
  createArchive,
  createDirectoryStore,
  createIngestReads,
  type Archive,
  type ArchiveRun,
} from '#ingest/index.ts'
import { createFill, DOMAIN, type FilledForm } from './archive/fill.ts'
import { compressPlainly, readPlainly, writePlainly, type PlainPlace } from './archive/limits.ts'
import { readSizes, totalOf, type RelationSize } from './archive/sizes.ts'
import { ROOT } from './bench/forked-server.ts'
import { readOptions } from './bench/options.ts'
import { report, rounded, say } from './bench/report.ts'
import { withFolder } from './bench/with-folder.ts'

const options = readOptions(
  { name: 'archive', summary: 'forms a second into the archive, reads out of it, bytes left in Postgres' },
  {
    forms: { default: 200_000, help: 'forms in all' },
    reads: { default: 2_000, help: 'forms read one after the other' },
  },
)
const STEPS = 50
const GOAL_BYTES = 600
const GOAL_PER_SECOND = 2_000

interface Latency {
  readonly p50: number
  readonly p99: number
}

/** Taken when the first forms are in, and none is archived. */
interface Before {
  readonly forms: number
  readonly sizes: readonly RelationSize[]
  readonly compressedPerSecond: number
  readonly read: Latency
}

interface Measured {
  readonly before: Before
  readonly run: ArchiveRun
  readonly seconds: number
  readonly deflatedBytes: number
  readonly writeSeconds: number
  readonly after: readonly RelationSize[]
  readonly read: Latency
  readonly plainRead: Latency
}

async function latencyOf<T>(items: readonly T[], read: (item: T) => Promise<unknown>): Promise<Latency> {
  const took: number[] = []
  for (const item of items) {
    const from = performance.now()
    await read(item)
    took.push(performance.now() - from)
  }
  took.sort((a, b) => a - b)
  const at = (share: number): number => took[Math.floor(took.length * share)] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99) }
}

function sample<T>(items: readonly T[]): readonly T[] {
  // A stride that shares no factor with the count visits all over the archive.
  return Array.from({ length: options.reads }, (_, n) => items[(n * 7_919) % items.length]).filter(
    (item) => item !== undefined,
  )
}

async function deflatedBytes({ pool }: Postgres): Promise<number> {
  const { rows } = await pool.query<{ bytes: number }>(
    'select coalesce(sum(octet_length(xml_deflated)), 0)::bigint as bytes from ingest.forms',
  )
  return rows[0]?.bytes ?? 0
}

async function placesOf(
  { pool }: Postgres,
  folder: string,
  forms: readonly FilledForm[],
): Promise<PlainPlace[]> {
  const { rows } = await pool.query<{ name: string; offset: number; bytes: number }>(
    `select o.name, f.archive_offset as offset, f.archive_bytes as bytes
     from unnest($2::text[]) as w(form_id) join ingest.forms f on f.domain = $1 and f.form_id = w.form_id
     join ingest.archive_objects o on o.object_id = f.archive_object`,
    [DOMAIN, forms.map(({ formId }) => formId)],
  )
  return rows.map(({ name, offset, bytes }) => ({ path: join(folder, name), offset, bytes }))
}

const plus = (a: ArchiveRun, b: ArchiveRun): ArchiveRun => ({
  forms: a.forms + b.forms,
  attachments: a.attachments + b.attachments,
  objects: a.objects + b.objects,
  bytes: a.bytes + b.bytes,
  raw_bytes: a.raw_bytes + b.raw_bytes,
})

async function measureBefore(
  postgres: Postgres,
  forms: readonly FilledForm[],
  read: (form: FilledForm) => Promise<unknown>,
): Promise<Before> {
  return {
    forms: forms.length,
    sizes: await readSizes(postgres),
    compressedPerSecond: forms.length / (await compressPlainly(postgres, forms.length)),
    read: await latencyOf(sample(forms), read),
  }
}

interface Archived {
  readonly all: readonly FilledForm[]
  readonly before: Before
  readonly run: ArchiveRun
  readonly seconds: number
  readonly deflatedBytes: number
}

/** Comes in and is archived, fifty times. */
async function archiveAll(
  postgres: Postgres,
  archive: Archive,
  read: (form: FilledForm) => Promise<unknown>,
): Promise<Archived> {
  const fill = createFill(postgres)
  const step = Math.ceil(options.forms / STEPS)
  const all: FilledForm[] = []
  let run: ArchiveRun = { forms: 0, attachments: 0, objects: 0, bytes: 0, raw_bytes: 0 }
  let seconds = 0
  let deflated = 0
  const fillStep = async (): Promise<void> => {
    all.push(...(await fill(step)))
    deflated += await deflatedBytes(postgres)
    await postgres.pool.query('vacuum (analyze) ingest.forms, ingest.form_attachments')
  }
  await fillStep()
  const before = await measureBefore(postgres, all.slice(), read)
  for (let n = 1; ; n += 1) {
    const from = performance.now()
    run = plus(run, await archive.run(ARCHIVE_NOW))
    seconds += (performance.now() - from) / 1_000
    await postgres.pool.query('vacuum ingest.forms, ingest.form_attachments')
    say(`${all.length} forms, ${Math.round(run.forms / seconds)}/s`)
    if (n === STEPS) return { all, before, run, seconds, deflatedBytes: deflated }
    await fillStep()
  }
}

async function measure(postgres: Postgres, folder: string): Promise<Measured> {
  const log = createLog({ name: 'bench', level: 'warn' })
  const objects = join(folder, 'archive')
  const archive = createArchive({ postgres, store: createDirectoryStore(objects), log })
  const reads = createIngestReads({ postgres, readMember: archive.readMember })
  const read = ({ formId }: FilledForm) => reads.readFormXml(DOMAIN, formId)
  const { all, ...archived } = await archiveAll(postgres, archive, read)
  const chosen = sample(all)
  const places = await placesOf(postgres, objects, chosen)
  const [fromArchive, plainRead] = [await latencyOf(chosen, read), await latencyOf(places, readPlainly)]
  const { faults_total: faults } = await archive.verify()
  if (faults > 0) throw new Error(`${faults} faults in an archive that was just written`)
  return {
    ...archived,
    writeSeconds: await writePlainly(join(folder, 'plain'), archived.deflatedBytes),
    after: await readSizes(postgres),
    read: fromArchive,
    plainRead,
  }
}

const MEGABYTE = 1_000_000

function print({
  before,
  run,
  seconds,
  deflatedBytes: bytes,
  writeSeconds,
  after,
  ...latencies
}: Measured): void {
  const perSecond = run.forms / seconds
  const bytesPerForm = totalOf(after) / run.forms
  const toRow = (name: string, { p50, p99 }: Latency) => ({
    what: name,
    'p50 ms': rounded(p50, 3),
    'p99 ms': rounded(p99, 3),
  })
  const sizes = new Map(before.sizes.map((one) => [one.relation, one.bytes / before.forms]))
  const relations = after.map((one) => ({
    relation: one.relation,
    before: Math.round(sizes.get(one.relation) ?? 0),
    after: rounded(one.bytes / run.forms),
  }))
  if (!options.json) {
    console.log('bytes of each form in Postgres, before and after')
    console.table(relations)
  }
  report(
    {
      bench: 'archive',
      figure: Math.round(perSecond),
      unit: 'forms/s',
      limit: Math.round(before.compressedPerSecond),
      limit_is: 'reading, inflating and compressing them alone',
      goals: [
        { value: GOAL_PER_SECOND, text: `${GOAL_PER_SECOND} forms/s`, met: perSecond >= GOAL_PER_SECOND },
        {
          value: GOAL_BYTES,
          text: `< ${GOAL_BYTES} bytes a form left in Postgres: ${Math.round(bytesPerForm)}`,
          met: bytesPerForm < GOAL_BYTES,
        },
      ],
      more: {
        forms: run.forms,
        raw_mb_per_second: rounded(run.raw_bytes / MEGABYTE / seconds),
        plain_write_mb_per_second: rounded(bytes / MEGABYTE / writeSeconds),
        plain_write_forms_per_second: Math.round(run.forms / writeSeconds),
        bytes_per_form_received: Math.round(run.raw_bytes / run.forms),
        bytes_per_form_deflated: Math.round(bytes / run.forms),
        bytes_per_form_in_objects: Math.round(run.bytes / run.forms),
        bytes_per_form_in_postgres_before: Math.round(totalOf(before.sizes) / before.forms),
        bytes_per_form_in_postgres: Math.round(bytesPerForm),
        read_p50_ms: rounded(latencies.read.p50, 3),
        read_p99_ms: rounded(latencies.read.p99, 3),
        read_from_postgres_p50_ms: rounded(before.read.p50, 3),
        read_from_postgres_p99_ms: rounded(before.read.p99, 3),
        plain_read_p50_ms: rounded(latencies.plainRead.p50, 3),
        plain_read_p99_ms: rounded(latencies.plainRead.p99, 3),
        relations,
      },
    },
    {
      json: options.json,
      rows: [
        toRow('a form out of Postgres', before.read),
        toRow('a form out of the archive', latencies.read),
        toRow('the same bytes of the same file, plainly', latencies.plainRead),
      ],
    },
  )
}

await withFolder('bench-archive', async (folder) => {
  const log = createLog({ name: 'bench', level: 'warn' })
  const server = await startPostgres({ dataDir: join(folder, 'pg'), log })
  const postgres = createPostgres({ ...server.connection, maxConnections: 4 })
  try {
    await migrate(postgres, [ROOT])
    print(await measure(postgres, folder))
  } finally {
    await postgres.close()
    await server.stop()
  }
})
