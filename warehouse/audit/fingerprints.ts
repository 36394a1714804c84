/** What two lists of fingerprints or versions tell. Pure. */
import type { DocumentVersion, HourFingerprint } from './originals.ts'

/** Hours that one side lacks or that differ in number or checksum. */
export function differingHours(
  expected: readonly HourFingerprint[],
  found: readonly HourFingerprint[],
): readonly string[] {
  const print = ({ documents, checksum }: HourFingerprint) => `${documents} ${checksum}`
  const expectedBy = new Map(expected.map((hour) => [hour.hour, print(hour)]))
  const foundBy = new Map(found.map((hour) => [hour.hour, print(hour)]))
  const hours = new Set([...expectedBy.keys(), ...foundBy.keys()])
  return [...hours].filter((hour) => expectedBy.get(hour) !== foundBy.get(hour)).sort()
}

/** Ids that one side lacks, or that have another version there, or more than one row. */
export function differingIds(
  expected: readonly DocumentVersion[],
  found: readonly DocumentVersion[],
): readonly string[] {
  const print = (rows: readonly DocumentVersion[]) => rows.map((row) => row.version).join(' ')
  const expectedBy = Map.groupBy(expected, (row) => row.id)
  const foundBy = Map.groupBy(found, (row) => row.id)
  const ids = new Set([...expectedBy.keys(), ...foundBy.keys()])
  return [...ids].filter((id) => print(expectedBy.get(id) ?? []) !== print(foundBy.get(id) ?? [])).sort()
}
