import type { CaseSnapshot } from '#ingest/contract.ts'
import type { LedgerValue } from '#ingest/index.ts'
import type { CasePage } from '../contract.ts'
import type { NameOf } from './names.ts'

interface CaseSurroundings {
  readonly as_of: string
  readonly timezone: string
  readonly ledgers: readonly LedgerValue[]
  readonly nameOf: NameOf
}

/** All that is shown of one case. Pure. */
export function toCasePage(
  snapshot: CaseSnapshot,
  { as_of, timezone, ledgers, nameOf }: CaseSurroundings,
): CasePage {
  return {
    as_of,
    timezone,
    case_id: snapshot.case_id,
    case_type: snapshot.type,
    case_name: snapshot.name,
    owner_id: snapshot.owner_id,
    owner_name: nameOf(snapshot.owner_id),
    external_id: snapshot.external_id,
    opened_on: snapshot.opened_at,
    opened_by_name: nameOf(snapshot.opened_by),
    modified_on: snapshot.modified_at,
    modified_by_name: nameOf(snapshot.modified_by),
    server_modified_on: snapshot.server_modified_at,
    closed: snapshot.closed,
    closed_on: snapshot.closed_at,
    closed_by_name: snapshot.closed ? nameOf(snapshot.closed_by) : null,
    deleted: snapshot.deleted,
    properties: Object.entries(snapshot.properties).map(([property, value]) => ({ property, value })),
    indices: snapshot.indices.map(({ identifier, referenced_id, referenced_type, relationship }) => ({
      identifier,
      case_id: referenced_id,
      case_type: referenced_type,
      relationship,
    })),
    ledgers: ledgers.map(({ section_id, entry_id, balance, last_modified_at }) => ({
      section_id,
      entry_id,
      balance: Number(balance),
      last_modified: last_modified_at,
    })),
  }
}
