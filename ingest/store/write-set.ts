/** What a batch of submissions is about to change, collected in memory and written by one statement. */
import type { PoolClient } from 'pg'
import type { NewEvent } from '#infra/platform/contract.ts'
import type { CaseSnapshot } from '../contract.ts'
import {
  type CaseAttachmentColumns,
  type CaseColumns,
  type FormColumns,
  type IndexColumns,
  type LedgerTransactionColumns,
  type LedgerValueColumns,
  type TransactionColumns,
  WRITE_BATCH,
} from './tables.ts'

export interface NewForm {
  readonly columns: FormColumns
  readonly xmlDeflated: Uint8Array
  /** Lower-case hex. */
  readonly md5: string
}

export interface NewFormAttachment {
  readonly domain: string
  readonly form_id: string
  readonly name: string
  readonly content_type: string
  readonly md5: string
  readonly content: Uint8Array
}

export interface ChangedCase {
  readonly domain: string
  /** As the database has it; null for a new case. */
  readonly stored: CaseSnapshot | null
  readonly after: CaseSnapshot
  readonly version: number
}

export interface WriteSet {
  readonly forms: NewForm[]
  readonly attachments: NewFormAttachment[]
  /** By domain and case id: the last state of each. */
  readonly cases: Map<string, ChangedCase>
  readonly transactions: TransactionColumns[]
  readonly ledgerValues: Map<string, LedgerValueColumns>
  readonly ledgerTransactions: LedgerTransactionColumns[]
  readonly events: NewEvent[]
}

export function createWriteSet(): WriteSet {
  return {
    forms: [],
    attachments: [],
    cases: new Map(),
    transactions: [],
    ledgerValues: new Map(),
    ledgerTransactions: [],
    events: [],
  }
}

/** Writes everything but the events, which the feed appends. One statement. */
export async function writeSet(client: Pick<PoolClient, 'query'>, set: WriteSet): Promise<void> {
  await client.query({ name: 'ingest-write-batch', text: WRITE_BATCH, values: toParameters(set) })
}

/** The eleven parameters of `WRITE_BATCH`. */
export function toParameters(set: WriteSet): unknown[] {
  const bytes = createBytes()
  const forms = set.forms.map(({ columns, xmlDeflated, md5 }) => ({
    ...columns,
    xml_from: bytes.add(xmlDeflated),
    xml_length: xmlDeflated.byteLength,
    xml_md5: md5,
  }))
  const attachments = set.attachments.map(({ content, ...columns }) => ({
    ...columns,
    size_bytes: content.byteLength,
    content_from: bytes.add(content),
  }))
  const parts = toCaseParts([...set.cases.values()])
  return [
    JSON.stringify(forms),
    bytes.join(),
    toList(attachments),
    toList(parts.cases),
    toList(parts.indices),
    toList(parts.indicesGone),
    toList(parts.attachments),
    toList(parts.attachmentsGone),
    toList(set.transactions),
    toList([...set.ledgerValues.values()]),
    toList(set.ledgerTransactions),
  ]
}

const toList = (rows: readonly unknown[]): string => (rows.length === 0 ? '[]' : JSON.stringify(rows))

/** One parameter for all bytes: the driver sends it as it is, where an array would be written as hexadecimal text. */
function createBytes() {
  const chunks: Uint8Array[] = []
  let length = 0
  return {
    /** @returns where the chunk begins, counted from 1 as `substring` does. */
    add(chunk: Uint8Array): number {
      const from = length + 1
      chunks.push(chunk)
      length += chunk.byteLength
      return from
    },
    join: (): Buffer => Buffer.concat(chunks, length),
  }
}

interface CaseParts {
  readonly cases: CaseColumns[]
  readonly indices: IndexColumns[]
  readonly indicesGone: { domain: string; case_id: string; identifier: string }[]
  readonly attachments: CaseAttachmentColumns[]
  readonly attachmentsGone: { domain: string; case_id: string; name: string }[]
}

/** Rows of each changed case; of its indices and attachments only what differs from the database. */
function toCaseParts(changed: readonly ChangedCase[]): CaseParts {
  const parts: CaseParts = { cases: [], indices: [], indicesGone: [], attachments: [], attachmentsGone: [] }
  for (const { domain, stored, after, version } of changed) {
    const { indices, attachments, ...columns } = after
    const { case_id } = columns
    parts.cases.push({ ...columns, domain, version })
    const oldIndices = stored?.indices ?? []
    for (const index of indices) {
      const old = oldIndices.find(({ identifier }) => identifier === index.identifier)
      if (old !== undefined && JSON.stringify(old) === JSON.stringify(index)) continue
      const relationship = index.relationship === 'extension' ? 2 : 1
      parts.indices.push({ ...index, domain, case_id, relationship })
    }
    for (const { identifier } of oldIndices) {
      if (indices.some((index) => index.identifier === identifier)) continue
      parts.indicesGone.push({ domain, case_id, identifier })
    }
    for (const attachment of attachments) parts.attachments.push({ ...attachment, domain, case_id })
    for (const { name } of stored?.attachments ?? []) {
      if (attachments.some((attachment) => attachment.name === name)) continue
      parts.attachmentsGone.push({ domain, case_id, name })
    }
  }
  return parts
}
