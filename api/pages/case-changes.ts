/** What a change did to a case, in words and property by property. Pure. */
import type { z } from 'zod'
import { CaseSnapshot, TRANSACTION_TYPE } from '#ingest/contract.ts'
import type { CaseChange } from '#warehouse/index.ts'
import type { PropertyChange } from '../contract.ts'

export function parseSnapshot(document: string): CaseSnapshot {
  return CaseSnapshot.parse(JSON.parse(document))
}

/** Bits of a transaction's type as words. Source: reference §2.6. */
export function toActionWords({
  transaction_type: type,
  cause,
}: Pick<CaseChange, 'transaction_type' | 'cause'>): string[] {
  const has = (bit: number) => (type & bit) !== 0
  const words: string[] = []
  if (has(TRANSACTION_TYPE.caseCreate)) words.push('created')
  else if (cause === 'form') words.push('updated')
  if (has(TRANSACTION_TYPE.caseIndex)) words.push('indices changed')
  if (has(TRANSACTION_TYPE.caseAttachment)) words.push('attachments changed')
  if (has(TRANSACTION_TYPE.ledger)) words.push('stock changed')
  if (has(TRANSACTION_TYPE.caseClose)) words.push('closed')
  if (cause === 'rebuild') words.push('rebuilt')
  return words
}

/** A case as one flat list of named texts. */
export function toFacts(snapshot: CaseSnapshot): Map<string, string> {
  const indices = snapshot.indices.map(
    ({ identifier, referenced_id }) => [`index ${identifier}`, referenced_id] as const,
  )
  const own = {
    case_type: snapshot.type,
    case_name: snapshot.name,
    owner_id: snapshot.owner_id,
    external_id: snapshot.external_id,
    closed: snapshot.closed ? 'yes' : 'no',
  }
  const all = [...Object.entries(own), ...indices, ...Object.entries(snapshot.properties)]
  return new Map(all.filter((entry): entry is [string, string] => entry[1] !== null))
}

export function toChanges({
  before,
  after,
}: Pick<CaseChange, 'before' | 'after'>): z.infer<typeof PropertyChange>[] {
  const old = before === null ? new Map<string, string>() : toFacts(parseSnapshot(before))
  const now = toFacts(parseSnapshot(after))
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((property) => ({ property, before: old.get(property) ?? null, after: now.get(property) ?? null }))
    .filter((change) => change.before !== change.after)
}
