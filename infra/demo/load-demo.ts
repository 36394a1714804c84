/** Fills a project space with the demo programme through the platform's own HTTP routes. */
import { TIMEZONE } from './calendar.ts'
import { countArrived, deliver } from './deliver.ts'
import type { DemoRequest, DemoResponse } from './request.ts'
import { createProgramme } from './programme.ts'
import type { Programme, ProgrammeSize } from './programme.ts'
import { sendInTurn } from './send-in-turn.ts'
import { LOCATION_TYPES } from './world.ts'

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

/** Ids of what an earlier, cut-short load has created already, by name. From Postgres: the reports may still be behind. */
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

async function findExisting({ domain, request }: DemoOptions): Promise<Existing> {
  const base = `/api/admin/domains/${domain}`
  const list = async (name: string, nameField: string, idField: string): Promise<Map<string, string>> => {
    const { body } = await request({ method: 'GET', path: `${base}/${name}` })
    return idsByName(body, name, nameField, idField)
  }
  return {
    places: await list('locations', 'site_code', 'location_id'),
    groups: await list('groups', 'name', 'group_id'),
    workers: await list('workers', 'username', 'user_id'),
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
    const known = existing.places.get(place.siteCode)
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
  const limit = options.concurrency ?? 32
  const arrived = programme.submissions.map(() => 0)
  await inParallel(programme.submissions, limit, async (submissions, worker) => {
    arrived[worker] = await countArrived(options, submissions)
  })
  const alreadyThere = arrived.reduce((sum, count) => sum + count, 0)
  let sent = 0
  await sendInTurn({
    lists: programme.submissions.map((submissions, worker) => submissions.slice(arrived[worker])),
    limit,
    send: async (submission, worker) => {
      await deliver(options, submission, userIds[worker] ?? '')
      sent += 1
      options.onProgress(alreadyThere + sent, programme.total)
    },
  })
  return {
    domain: options.domain,
    workers: userIds.length,
    forms_sent: sent,
    forms_already_there: alreadyThere,
  }
}
