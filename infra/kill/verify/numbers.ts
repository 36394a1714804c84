/** Numbers of the warehouse against the recount from Postgres, and each case's changes against its version. Pure. */
import type { Finding } from './finding.ts'

/** One line of a sum: what it is of, and its numbers by name. */
export interface Line {
  readonly key: string
  readonly numbers: Readonly<Record<string, number>>
}

/** Lines of one sum, from both sides. @param name says which sum. */
export function verifySum(
  name: string,
  expected: readonly Line[],
  found: readonly Line[],
): readonly Finding[] {
  const expectedBy = toMap(expected)
  const foundBy = toMap(found)
  const keys = [...new Set([...expectedBy.keys(), ...foundBy.keys()])].sort()
  return keys.flatMap((key) => {
    const [there, here] = [expectedBy.get(key) ?? {}, foundBy.get(key) ?? {}]
    const names = [...new Set([...Object.keys(there), ...Object.keys(here)])]
    return names
      .filter((number) => (there[number] ?? 0) !== (here[number] ?? 0))
      .map((number): Finding => {
        const detail = `${number} is ${here[number] ?? 0}, Postgres has ${there[number] ?? 0}`
        return { kind: 'sum', place: 'warehouse', id: `${name} ${key}`, detail }
      })
  })
}

function toMap(lines: readonly Line[]): Map<string, Readonly<Record<string, number>>> {
  return new Map(lines.map(({ key, numbers }) => [key, numbers]))
}

/** How the warehouse has the changes of one case. */
export interface CaseChanges {
  readonly case_id: string
  /** Rows as they lie, and how many versions they are of. */
  readonly rows: number
  readonly versions: number
  readonly first: number
  readonly last: number
}

/** Versions 1, 2, 3 … up to the case's own, each once. @param versionOf the version of each case in Postgres */
export function verifyChanges(
  versionOf: ReadonlyMap<string, number>,
  found: readonly CaseChanges[],
): readonly Finding[] {
  const finding = (kind: Finding['kind'], id: string, detail: string): Finding => ({
    kind,
    place: 'warehouse',
    id,
    detail,
  })
  const seen = new Map(found.map((row) => [row.case_id, row]))
  const known = [...versionOf].flatMap(([id, version]) => {
    const row = seen.get(id)
    if (row === undefined) return [finding('lost', id, `all ${version} changes`)]
    const findings: Finding[] = []
    if (row.rows > row.versions)
      findings.push(finding('double', id, `${row.rows} rows for ${row.versions} changes`))
    if (row.first !== 1 || row.last !== version || row.versions !== version) {
      findings.push(finding('lost', id, `changes ${row.first} to ${row.last}, ${row.versions} of ${version}`))
    }
    return findings
  })
  const strangers = found
    .filter((row) => !versionOf.has(row.case_id))
    .map((row) => finding('stranger', row.case_id, `${row.rows} changes of a case that Postgres has not`))
  return [...known, ...strangers]
}
