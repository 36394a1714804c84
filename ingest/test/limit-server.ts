/**
 * The limit that `npm run bench -- intake` measures itself against: an HTTP handler that runs only the pipeline's own write
 * statement, with its events, on constant rows, one statement a request. Prints its address.
 */
import { randomUUID } from 'node:crypto'
import fastify from 'fastify'
import { createPostgres, Secret } from '#infra/platform/index.ts'
import { toParameters } from '../store/write-set.ts'
import { WRITE_BATCH } from '../store/tables.ts'
import { keepNewForm } from '../submit/keep-form.ts'
import { parseSubmission, toStoredXml } from '../submit/parse-submission.ts'
import { createWorkspace } from '../submit/workspace.ts'

const postgres = createPostgres({
  ...JSON.parse(process.env['BENCH_POSTGRES'] ?? '{}'),
  password: new Secret(process.env['BENCH_PASSWORD'] ?? ''),
  maxConnections: 10,
})
const app = fastify()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

const FORM = 'FORM-ID-PLACE-HOLDER'
const CASE = 'CASE-ID-PLACE-HOLDER'
const AT = '2026-01-01T00:00:00.000000Z'

/** The parameters of one form that creates one case, made once from the first body that arrives. */
async function createRows(
  body: Buffer,
): Promise<{ readonly values: unknown[]; readonly events: readonly string[] }> {
  const text = body.toString('utf8')
  const xml = text.slice(text.indexOf('<?xml'), text.lastIndexOf('</data>') + 7)
  const constant = Buffer.from(
    xml.replace(/case_id="[^"]*"/, `case_id="${CASE}"`).replace(/(instanceID>)[^<]*/, `$1${FORM}`),
  )
  const parsed = parseSubmission({ xml: constant, attachments: [] }, AT)
  if (!parsed.ok) throw new Error('the constant form could not be read')
  const workspace = createWorkspace([], new Map())
  const request = {
    xml: constant,
    attachments: [],
    appId: null,
    buildId: null,
    authContext: { user_id: null, authenticated: false, domain: 'limit' },
    openrosaHeaders: {},
    submitIp: null,
    lastSyncToken: null,
    dateHeader: null,
    submitTime: null,
    isApiSubmission: false,
  }
  const common = {
    keys: [],
    bytes: 0,
    domain: 'limit',
    request,
    unreadable: null,
    receivedAt: AT,
    formId: FORM,
  }
  keepNewForm(workspace, { ...common, form: parsed.form, xml: await toStoredXml(constant) }, { formId: FORM })
  return {
    values: toParameters(workspace.set),
    events: workspace.set.events.map((event) => JSON.stringify(event)),
  }
}

// Beside the other parts, not around them: Postgres allows writes in a `with` at the top level only.
const STATEMENT = WRITE_BATCH.replace(
  /^\s*with\b/,
  `with event as (
    insert into feed.outbox (topic, domain, event_key, payload)
    select e->>'topic', e->>'domain', e->>'eventKey', e->>'payload' from json_array_elements($12::json) as e
  ),`,
)

let rows: ReturnType<typeof createRows> | null = null
app.post('/*', async (request, reply) => {
  rows ??= createRows(request.body as Buffer)
  const { values, events } = await rows
  const [formId, caseId] = [randomUUID(), randomUUID()]
  const fill = (value: unknown): unknown =>
    typeof value === 'string' ? value.replaceAll(FORM, formId).replaceAll(CASE, caseId) : value
  const filled = [...values.map(fill), fill(`[${events.join(',')}]`)]
  await postgres.pool.query({ name: 'limit', text: STATEMENT, values: filled })
  return reply.code(201).send('<OpenRosaResponse />')
})
process.on('message', (message) => {
  if (message === 'cpu') process.send?.(process.cpuUsage())
  if (message === 'exit') process.exit(0)
})
process.send?.({ url: await app.listen({ host: '127.0.0.1', port: 0 }) })
