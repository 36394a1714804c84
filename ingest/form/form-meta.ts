/** The `meta` block of a form: who, when, with which device and application. */
import type { FormMeta, FormObject, FormValue } from '../contract.ts'
import { toInstantOrMidnight } from './instant.ts'

type MutableFormObject = { [name: string]: FormValue }

/** Names of old clients. Source: reference §1.10. */
const LEGACY_NAMES: ReadonlyMap<string, string> = new Map([
  ['TimeStart', 'timeStart'],
  ['TimeEnd', 'timeEnd'],
  ['DeviceID', 'deviceID'],
  ['chw_id', 'userID'],
  ['uid', 'instanceID'],
])
const VERSION_PATTERNS = [/version "([\d.]+)"/, /"([\d.]+)"\s+\(\d+\)/, /"\s*([\d.]+)\s*"/]
const BUILD_PATTERNS = [/ #(\d+) /, /b\[(\d+)\]/, /App v(\d+)./]

function isObject(value: FormValue | undefined): value is FormObject {
  return typeof value === 'object' && !Array.isArray(value)
}

/** The text of a meta value; of an object its `#text`, of several values the first. */
function textOf(value: FormValue | undefined): string | null {
  if (value === undefined) return null
  if (typeof value === 'string') return value
  if (isObject(value)) return textOf(value['#text'])
  return textOf(Array.isArray(value) ? value[0] : undefined)
}

/** Renames `Meta` and its old fields in place, keeps the first of several blocks, and flattens values with a namespace. */
export function normaliseMeta(document: MutableFormObject): void {
  const found = document['meta'] ?? document['Meta']
  if (found === undefined) return
  if (document['meta'] === undefined) delete document['Meta']
  const block: FormValue | undefined = Array.isArray(found) ? found[0] : found
  if (block === undefined) return
  document['meta'] = isObject(block) ? normalisedBlock(block) : block
}

function normalisedBlock(block: FormObject): FormObject {
  // A null-prototype object is a dictionary; TypeScript types it as any.
  const meta = Object.create(null) as MutableFormObject
  for (const [name, value] of Object.entries(block)) {
    const current = LEGACY_NAMES.get(name)
    const target = current !== undefined && block[current] === undefined ? current : name
    meta[target] = isObject(value) && value['#text'] !== undefined ? value['#text'] : value
  }
  return meta
}

/** "lat lon altitude accuracy"; null unless latitude and longitude are numbers of this planet. */
function toGeoPoint(text: string | null): FormMeta['geo_point'] {
  const parts = (text ?? '').trim().split(/\s+/)
  if (parts.length < 2 || parts.length > 4) return null
  const numbers = parts.map((part) =>
    /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(part) ? Number(part) : NaN,
  )
  const [latitude, longitude, altitude = null, accuracy = null] = numbers
  if (latitude === undefined || longitude === undefined || numbers.some((number) => !Number.isFinite(number)))
    return null
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null
  return { latitude, longitude, altitude, accuracy }
}

function firstMatch(patterns: readonly RegExp[], text: string | null): string | null {
  if (text === null) return null
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1]
    if (found !== undefined) return found
  }
  return null
}

function buildNumber(appVersion: string | null): number | null {
  const digits = firstMatch(BUILD_PATTERNS, appVersion)
  // Beyond nine digits it is no build number, and would not fit the column.
  return digits === null || digits.length > 9 ? null : Number(digits)
}

/**
 * Reads `document.meta`. Null when the form has none. Empty values are null; timeStart and timeEnd are instants, a
 * plain date is midnight UTC, anything unreadable null.
 * @param document as `toFormDocument` returns it.
 * Source: reference §1.10.
 */
export function parseFormMeta(document: FormObject): FormMeta | null {
  const meta = document['meta']
  if (!isObject(meta)) return null
  const text = (name: string): string | null => textOf(meta[name])?.trim() || null
  const instant = (name: string): string | null => toInstantOrMidnight(text(name) ?? '')
  const appVersion = text('appVersion')
  return {
    deviceID: text('deviceID'),
    timeStart: instant('timeStart'),
    timeEnd: instant('timeEnd'),
    username: text('username'),
    userID: text('userID'),
    instanceID: text('instanceID'),
    appVersion,
    drift: text('drift'),
    commcare_version: firstMatch(VERSION_PATTERNS, appVersion),
    app_build_version: buildNumber(appVersion),
    location: text('location'),
    geo_point: toGeoPoint(text('location')),
  }
}
