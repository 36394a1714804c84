import { randomBytes } from 'node:crypto'

export interface FilePart {
  readonly name: string
  readonly fileName: string
  readonly contentType: string
  readonly content: Buffer
}

/** A multipart/form-data body. A quote or line break in a name is escaped as browsers do. Source: HTML, "multipart/form-data". */
export function toMultipart(parts: readonly FilePart[]): {
  readonly body: Buffer
  readonly contentType: string
} {
  const boundary = `casehouse-${randomBytes(16).toString('hex')}`
  const pieces = parts.flatMap(({ name, fileName, contentType, content }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${escape(name)}"; filename="${escape(fileName)}"\r\nContent-Type: ${contentType}\r\n\r\n`,
    ),
    content,
    Buffer.from('\r\n'),
  ])
  return {
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}

function escape(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
