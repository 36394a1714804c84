/** What a multipart submission may hold, and what is answered when it does not. Source: reference §1.3. */
import type { MultipartPart } from './parse-multipart.ts'

export const MAX_FORM_BYTES = 10 * 1024 * 1024
export const MAX_ATTACHMENT_BYTES = 15 * 1024 * 1024
export const XML_PART = 'xml_submission_file'

export interface SubmittedFile {
  /** The field's name: phones use the file's name for it. */
  readonly name: string
  readonly contentType: string
  readonly content: Buffer
}

/** `openRosa`: the text goes into an OpenRosa body of nature `processing_failure`, else it is plain text. */
export interface SubmissionRefusal {
  readonly ok: false
  readonly status: 400 | 413 | 422
  readonly text: string
  readonly openRosa: boolean
}
export type SubmissionParts =
  | { readonly ok: true; readonly xml: Buffer; readonly attachments: readonly SubmittedFile[] }
  | SubmissionRefusal

const EXTENSIONS: ReadonlySet<string> = new Set(
  'jpg jpeg png pdf 3gpp 3gp 3ga 3g2 3gp2 mp3 wav amr qcp ogg mp4 mpg4 mpeg4 m4v mpg mpeg'.split(' '),
)
const MIME_TYPES: ReadonlySet<string> = new Set(['application/octet-stream', 'application/pdf'])
const MIME_FAMILIES = ['audio/', 'image/', 'video/']

/** An allowed extension or an allowed type is enough. */
export function isAllowedAttachment(fileName: string, contentType: string): boolean {
  const dot = fileName.lastIndexOf('.')
  if (dot !== -1 && EXTENSIONS.has(fileName.slice(dot + 1).toLowerCase())) return true
  return MIME_TYPES.has(contentType) || MIME_FAMILIES.some((family) => contentType.startsWith(family))
}

function refuse(status: 400 | 413 | 422, text: string): SubmissionRefusal {
  return { ok: false, status, text, openRosa: status === 422 }
}

/** Tells the form from its attachments; of a repeated name the last counts. */
export function readSubmissionParts(parts: readonly MultipartPart[]): SubmissionParts {
  if (parts.some(({ filename }) => filename === null)) {
    return refuse(400, 'Received a submission with POST.keys(): every part must be a file\n')
  }
  const xml = parts.findLast(({ name }) => name === XML_PART)
  if (xml === undefined) return refuse(400, `Form is missing: send it as the file ${XML_PART}\n`)
  if (xml.content.length === 0) return refuse(400, 'Form is empty\n')
  if (xml.content.length > MAX_FORM_BYTES) return refuse(413, 'Form exceeds 10MB size limit\n')
  const attachments = new Map<string, SubmittedFile>()
  for (const { name, filename, contentType, content } of parts) {
    if (name === XML_PART) continue
    if (content.length > MAX_ATTACHMENT_BYTES) return refuse(413, 'Attachment exceeds 15MB size limit\n')
    if (!isAllowedAttachment(filename ?? name, contentType)) {
      return refuse(422, 'An attachment has a file type that is not allowed')
    }
    attachments.set(name, { name, contentType, content })
  }
  if (!(xml.filename ?? '').toLowerCase().endsWith('.xml'))
    return refuse(422, 'The form file must be named .xml')
  return { ok: true, xml: xml.content, attachments: [...attachments.values()] }
}
