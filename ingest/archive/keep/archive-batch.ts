/** One batch of one domain: out of Postgres, into objects, and then, once these are safe, let go. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { inflateRawSync } from 'node:zlib'
import type { Postgres } from '#infra/platform/contract.ts'
import { toFrame, toPayload } from '../format/member.ts'
import type { ArchiveSettings } from '../settings.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { chooseDictionary } from './choose-dictionary.ts'
import type { ChosenDictionary } from './choose-dictionary.ts'
import { nameMembers } from './name-members.ts'
import type { PlacedFile, PlacedForm } from './name-members.ts'
import { createObjectWriter } from './object-writer.ts'
import type { ObjectWriter } from './object-writer.ts'
import { BEGINNING, listWaitingFiles, readFiles, readWaitingForms } from './read-waiting.ts'
import type { Cursor, ListedFile, WaitingForm, WaitingForms } from './read-waiting.ts'

export interface ArchivingOptions {
  readonly postgres: Postgres
  readonly store: ObjectStore
  readonly settings: ArchiveSettings
  readonly signal?: AbortSignal | undefined
}

export interface ArchivedBatch {
  readonly forms: number
  readonly attachments: number
  readonly objects: number
  readonly bytes: number
  readonly rawBytes: number
  /** Whether the domain may have more that is due. */
  readonly hasMore: boolean
}

/** Files read at once, unless one alone is larger. */
const PORTION_FILE_BYTES = 4 * 1024 * 1024
/** A file of this size is an object of its own. */
const ALONE_BYTES = 1024 * 1024
/** Between two pauses for other work of this process. */
const FORMS_A_TURN = 50
/** A batch is named when it has stored so much, however few forms that is. */
const BATCH_BYTES = 64 * 1024 * 1024
/** Forms of which a dictionary is made and tried. */
const SAMPLES = 160
/** An hour behind is late, and does not rest. */
const LATE_SECONDS = 3_600

/** Null when nothing is due, or what is due had better wait for more. Bounded memory: an object, and a portion of forms or files. */
export async function archiveBatch(options: ArchivingOptions, domain: string): Promise<ArchivedBatch | null> {
  const { postgres, store, settings, signal } = options
  let startedAt = performance.now()
  let portion = await readPortion(options, domain, BEGINNING)
  if (!isWorthIt(settings, portion)) return null
  const dictionary = await chooseForPortion(options, domain, portion)
  const content = dictionary?.content ?? null
  const writer = createObjectWriter({ store, domain, dictionary: content, objectBytes: settings.objectBytes })
  const forms: PlacedForm[] = []
  const files: PlacedFile[] = []
  for (;;) {
    forms.push(...(await writeForms(writer, domain, portion.forms, content)))
    files.push(...(await writeFiles(postgres, writer, domain, portion.files)))
    const last = portion.forms.at(-1)
    const bytes = writer.stored.reduce((sum, object) => sum + object.bytes, 0)
    const isEnough = forms.length >= settings.batchForms || bytes >= BATCH_BYTES || signal?.aborted
    if (isEnough || !portion.isFull || last === undefined) break
    await rest(settings, last, performance.now() - startedAt)
    startedAt = performance.now()
    portion = await readPortion(options, domain, last)
  }
  await writer.finish()
  const named = await nameMembers(postgres, { domain, dictionary, objects: writer.stored, forms, files })
  return {
    forms: named,
    attachments: files.length,
    objects: writer.stored.length,
    bytes: writer.stored.reduce((sum, object) => sum + object.bytes, 0),
    rawBytes: writer.stored.reduce((sum, object) => sum + object.rawBytes, 0),
    // None named: all of them changed meanwhile, and come again with the next run.
    hasMore: portion.isFull && named > 0,
  }
}

interface Portion extends WaitingForms {
  readonly files: readonly ListedFile[]
}

async function readPortion(
  { postgres, settings: { ageSeconds } }: ArchivingOptions,
  domain: string,
  after: Cursor,
): Promise<Portion> {
  const waiting = await readWaitingForms(postgres, { domain, after, ageSeconds })
  const ids = waiting.forms.map((form) => form.form_id)
  return { ...waiting, files: ids.length === 0 ? [] : await listWaitingFiles(postgres, domain, ids) }
}

function isWorthIt(settings: ArchiveSettings, { forms, files, isFull }: Portion): boolean {
  const [oldest] = forms
  if (oldest === undefined) return false
  if (isFull || oldest.age_seconds > settings.patienceSeconds) return true
  const bytes =
    forms.reduce((sum, form) => sum + form.xml_deflated.byteLength, 0) +
    files.reduce((sum, file) => sum + file.size_bytes, 0)
  return bytes >= settings.leastObjectBytes
}

async function chooseForPortion(
  { postgres, settings }: ArchivingOptions,
  domain: string,
  { forms, isFull }: Portion,
): Promise<ChosenDictionary | null> {
  const every = Math.max(1, Math.floor(forms.length / SAMPLES))
  const samples = forms
    .filter((_, index) => index % every === 0)
    .map((form) => ({ xmlns: form.xmlns, payload: toFormPayload(domain, form) }))
  const expected = isFull ? settings.batchForms / 2 : forms.length
  return chooseDictionary(postgres, domain, samples, expected)
}

function toFormPayload(domain: string, { form_id, columns, xml_deflated }: WaitingForm): Buffer {
  const head = { kind: 'form', domain, form_id, columns } as const
  return toPayload({ head, content: inflateRawSync(xml_deflated) })
}

async function writeForms(
  writer: ObjectWriter,
  domain: string,
  forms: readonly WaitingForm[],
  dictionary: Buffer | null,
): Promise<readonly PlacedForm[]> {
  const placed: PlacedForm[] = []
  for (const [index, form] of forms.entries()) {
    const payload = toFormPayload(domain, form)
    const place = await writer.add('form', toFrame(payload, dictionary), form.xml_bytes)
    placed.push({ ...place, form_id: form.form_id, version: form.version })
    if (index % FORMS_A_TURN === FORMS_A_TURN - 1) await setImmediate()
  }
  return placed
}

async function writeFiles(
  postgres: Postgres,
  writer: ObjectWriter,
  domain: string,
  listed: readonly ListedFile[],
): Promise<readonly PlacedFile[]> {
  const placed: PlacedFile[] = []
  for (const some of toPortions(listed)) {
    for (const { form_id, name, content_type, md5, content } of await readFiles(postgres, domain, some)) {
      const head = { kind: 'attachment', domain, form_id, name, content_type } as const
      const frame = toFrame(toPayload({ head, content }), null)
      const size = content.byteLength
      const place = await (size < ALONE_BYTES
        ? writer.add('attachment', frame, size)
        : writer.addAlone(frame, size))
      placed.push({ ...place, form_id, name, md5 })
    }
  }
  return placed
}

function toPortions(listed: readonly ListedFile[]): readonly (readonly ListedFile[])[] {
  const portions: ListedFile[][] = []
  let room = 0
  for (const file of listed) {
    if (portions.length === 0 || file.size_bytes > room) {
      portions.push([])
      room = PORTION_FILE_BYTES
    }
    portions.at(-1)?.push(file)
    room -= file.size_bytes
  }
  return portions
}

/** As much again as the work took, or what the settings say. */
async function rest(settings: ArchiveSettings, last: WaitingForm, workedMs: number): Promise<void> {
  const isLate = last.age_seconds > settings.ageSeconds + LATE_SECONDS
  if (isLate || settings.restShare === 0) return
  await sleep((workedMs * settings.restShare) / (1 - settings.restShare))
}
