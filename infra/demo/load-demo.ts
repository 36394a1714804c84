/** Fills a project space with the demo programme through the platform's own HTTP routes. */
import { TIMEZONE } from './calendar.ts'
import { drawHealthCard } from './photo.ts'
import { createProgramme } from './programme.ts'
import type { Programme, ProgrammeSize } from './programme.ts'
import { renderForm } from './render-form.ts'
import { APP_ID } from './submission.ts'
import type { Submission } from './submission.ts'
import { LOCATION_TYPES } from './world.ts'

export interface DemoResponse {
  readonly status: number
  /** The JSON answer, or null where there is none. */
  readonly body: unknown
}

/** Calls a route of the platform as its operator. */
export type DemoRequest = (call: {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | Readonly<Record<string, unknown>>
}) => Promise<DemoResponse>

export interface DemoOptions {
  readonly domain: string
  readonly seed: number
  /** Where the 90 days end; keep it to go on with a load that was cut short. */
  readonly until: Date
  readonly request: DemoRequest
  readonly onProgress: (done: number, total: number) => void
  readonly size?: ProgrammeSize
  /** Workers whose forms are sent at the same time. */
  readonly concurrency?: number
}

export interface DemoSummary {
  readonly domain: string
  readonly workers: number
  readonly forms_sent: number
  readonly forms_already_there: number
}

const BOUNDARY = 'casehouse-demo-7MA4YWxk'

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function idOf(response: DemoResponse, field: string): string {
  const value = isRecord(response.body) ? response.body[field] : undefined
  if (response.status >= 300 || typeof value !== 'string') {
    throw new Error(
      `The demo could not be set up: the platform answered ${response.status} where ${field} was expected.`,
    )
  }
  return value
}

/** Ids of what an earlier, cut-short load has created already, by name. */
interface Existing {
  readonly places: ReadonlyMap<string, string>
  readonly groups: ReadonlyMap<string, string>
  readonly workers: ReadonlyMap<string, string>
}

function idsByName(body: unknown, list: string, nameField: string, idField: string): Map<string, string> {
  const rows = isRecord(body) ? body[list] : undefined
  const records = Array.isArray(rows) ? rows.filter(isRecord) : []
  return new Map(records.map((row) => [String(row[nameField]), String(row[idField])]))
}

async function findExisting(options: DemoOptions): Promise<Existing> {
  const { body } = await options.request({ method: 'GET', path: `/a/${options.domain}/api/v1/filters` })
  return {
    places: idsByName(body, 'locations', 'name', 'location_id'),
    groups: idsByName(body, 'groups', 'name', 'group_id'),
    workers: idsByName(body, 'workers', 'username', 'user_id'),
  }
}

async function createPlaces(
  options: DemoOptions,
  programme: Programme,
  existing: Existing,
): Promise<Map<string, string>> {
  const base = `/api/admin/domains/${options.domain}`
  for (const type of LOCATION_TYPES)
    await options.request({ method: 'POST', path: `${base}/location-types`, body: type })
  const ids = new Map<string, string>()
  for (const place of programme.places) {
    const known = existing.places.get(place.name)
    if (known !== undefined) {
      ids.set(place.siteCode, known)
      continue
    }
    const parentId = place.parent === null ? null : (ids.get(place.parent.siteCode) ?? null)
    const created = await options.request({
      method: 'POST',
      path: `${base}/locations`,
      body: {
        name: place.name,
        site_code: place.siteCode,
        type_code: place.typeCode,
        parent_id: parentId,
        latitude: place.latitude,
        longitude: place.longitude,
      },
    })
    ids.set(place.siteCode, idOf(created, 'location_id'))
  }
  return ids
}

/** One reporting group a ward, its members added with the workers. */
async function createGroups(
  options: DemoOptions,
  programme: Programme,
  existing: Existing,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const ward of programme.places.filter((place) => place.typeCode === 'ward')) {
    const known = existing.groups.get(`${ward.name} team`)
    if (known !== undefined) {
      ids.set(ward.siteCode, known)
      continue
    }
    const created = await options.request({
      method: 'POST',
      path: `/api/admin/domains/${options.domain}/groups`,
      body: { name: `${ward.name} team`, case_sharing: false, reporting: true },
    })
    ids.set(ward.siteCode, idOf(created, 'group_id'))
  }
  return ids
}

async function createWorkers(options: DemoOptions, programme: Programme): Promise<string[]> {
  const existing = await findExisting(options)
  const placeIds = await createPlaces(options, programme, existing)
  const groupIds = await createGroups(options, programme, existing)
  const userIds: string[] = []
  for (const worker of programme.workers) {
    const known = existing.workers.get(worker.username)
    if (known !== undefined) {
      userIds.push(known)
      continue
    }
    const groupId = groupIds.get(worker.village.parent?.siteCode ?? '')
    const created = await options.request({
      method: 'POST',
      path: `/api/admin/domains/${options.domain}/workers`,
      body: {
        username: worker.username,
        first_name: worker.firstName,
        last_name: worker.lastName,
        location_id: placeIds.get(worker.village.siteCode) ?? null,
        group_ids: groupId === undefined ? [] : [groupId],
      },
    })
    userIds.push(idOf(created, 'user_id'))
  }
  return userIds
}

function part(name: string, fileName: string, type: string, content: Buffer): Buffer {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: ${type}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n')])
}

async function send(options: DemoOptions, submission: Submission, userId: string): Promise<void> {
  const parts = [
    part('xml_submission_file', 'form.xml', 'text/xml', Buffer.from(renderForm(submission, userId))),
  ]
  if (submission.photo !== null) {
    parts.push(part(submission.photo, submission.photo, 'image/png', drawHealthCard(submission.formId)))
  }
  const answer = await options.request({
    method: 'POST',
    path: `/a/${options.domain}/receiver/secure/${APP_ID}/`,
    headers: {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'x-openrosa-version': '3.0',
      'x-submit-time': new Date(submission.receivedAt).toISOString(),
    },
    body: Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]),
  })
  if (answer.status !== 201) {
    throw new Error(`The receiver answered ${answer.status} to demo form ${submission.formId}.`)
  }
}

/** How many of a worker's forms have arrived: they arrive in order, so a binary search finds the end. */
async function countArrived(options: DemoOptions, submissions: readonly Submission[]): Promise<number> {
  let low = 0
  let high = submissions.length
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const formId = submissions[middle]?.formId ?? ''
    const found = await options.request({
      method: 'GET',
      path: `/a/${options.domain}/api/v0.5/form/${formId}/`,
    })
    if (found.status === 200) low = middle + 1
    else high = middle
  }
  return low
}

/** Runs `work` over `items`, at most `limit` at a time. */
async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    for (;;) {
      const index = next
      next += 1
      const item = items[index]
      if (item === undefined) return
      await work(item, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane))
}

/**
 * Creates the project space `domain` with its places, groups and workers, and submits the whole programme.
 * Called again with the same seed and end after a cut, it goes on where it stopped.
 * @throws when the platform refuses a step; what was sent before stays.
 */
export async function loadDemo(options: DemoOptions): Promise<DemoSummary> {
  const programme = createProgramme(options.seed, options.until, options.size)
  await options.request({
    method: 'POST',
    path: '/api/admin/domains',
    body: { domain: options.domain, title: 'Baraka Mother and Child Programme', timezone: TIMEZONE },
  })
  const userIds = await createWorkers(options, programme)
  let sent = 0
  let alreadyThere = 0
  const lists = programme.submissions.map((submissions, worker) => ({
    submissions,
    userId: userIds[worker] ?? '',
  }))
  await inParallel(lists, options.concurrency ?? 24, async ({ submissions, userId }) => {
    const arrived = await countArrived(options, submissions)
    alreadyThere += arrived
    for (const submission of submissions.slice(arrived)) {
      await send(options, submission, userId)
      sent += 1
      options.onProgress(alreadyThere + sent, programme.total)
    }
  })
  return {
    domain: options.domain,
    workers: userIds.length,
    forms_sent: sent,
    forms_already_there: alreadyThere,
  }
}
