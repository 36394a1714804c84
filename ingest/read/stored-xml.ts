/** The XML of a stored form, as received and as a tree, wherever it is kept. */
import { inflateRaw } from 'node:zlib'
import { promisify } from 'node:util'
import type { FormColumnsKept } from '../archive/format/kept-columns.ts'
import type { AskedMember, ReadMember } from '../archive/read-member.ts'
import type { XmlElement } from '../xml/element.ts'
import { parseXml } from '../xml/parse-xml.ts'

const inflate = promisify(inflateRaw)

/** No form is larger: what says so is not one of ours. Bytes. */
const MAX_XML_BYTES = 512 * 1024 * 1024

/** Where a form's XML, or a file's bytes, are in the archive; nulls while they are in Postgres. */
export interface ArchivedAt {
  readonly archive_name: string | null
  readonly archive_offset: number | null
  readonly archive_bytes: number | null
  readonly dictionary_id: number | null
  readonly md5: string
}

/** Columns of `ArchivedAt` for a statement that reads a row with its bytes. */
export function archivedAt(row: 'f' | 'a', md5: 'xml_md5' | 'md5'): string {
  return `o.name as archive_name, ${row}.archive_offset, ${row}.archive_bytes, o.dictionary_id, encode(${row}.${md5}, 'hex') as md5`
}
/** The join that `archivedAt` needs. */
export function joinArchive(row: 'f' | 'a'): string {
  return `left join ingest.archive_objects o on o.object_id = ${row}.archive_object`
}

/** Null while the bytes are in Postgres. */
export function toAsked(row: ArchivedAt): AskedMember | null {
  const { archive_name: object, archive_offset: offset, archive_bytes: bytes, dictionary_id, md5 } = row
  if (object === null || offset === null || bytes === null) return null
  return { object, offset, bytes, dictionaryId: dictionary_id, md5 }
}

export interface StoredXmlRow extends ArchivedAt {
  readonly xml_deflated: Buffer | null
}

export const STORED_XML = `f.xml_deflated, ${archivedAt('f', 'xml_md5')}`

export interface StoredXml {
  readonly xml: Buffer
  /** Of a form in the archive: what its row no longer says. */
  readonly kept: FormColumnsKept | null
}

/** @throws what `ReadMember` throws for a form in the archive */
export async function readStoredXml(row: StoredXmlRow, readMember: ReadMember): Promise<StoredXml> {
  if (row.xml_deflated !== null) {
    return { xml: await inflate(row.xml_deflated, { maxOutputLength: MAX_XML_BYTES }), kept: null }
  }
  const asked = toAsked(row)
  if (asked === null) throw new Error('a form has its XML neither in Postgres nor in the archive')
  const { head, content } = await readMember(asked)
  return { xml: content, kept: head.kind === 'form' ? head.columns : null }
}

/** Null for what was never well-formed: the body of a submission error log. */
export function toRoot(xml: Buffer): XmlElement | null {
  const parsed = parseXml(xml)
  return parsed.ok ? parsed.root : null
}
