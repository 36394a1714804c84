/** The XML of a stored form, as received and as a tree. */
import { inflateRaw } from 'node:zlib'
import { promisify } from 'node:util'
import type { XmlElement } from '../xml/element.ts'
import { parseXml } from '../xml/parse-xml.ts'

const inflate = promisify(inflateRaw)

/** No form is larger: what says so is not one of ours. Bytes. */
const MAX_XML_BYTES = 512 * 1024 * 1024

export async function inflateXml(deflated: Buffer): Promise<Buffer> {
  return inflate(deflated, { maxOutputLength: MAX_XML_BYTES })
}

/** Null for what was never well-formed: the body of a submission error log. */
export async function readRoot(deflated: Buffer | null): Promise<XmlElement | null> {
  if (deflated === null) return null
  const parsed = parseXml(await inflateXml(deflated))
  return parsed.ok ? parsed.root : null
}
