/** Files that came from outside, answered so that no browser runs what is in them. */
import type { FastifyReply } from 'fastify'

/** What a browser may show at its own address; SVG is not among them, it can hold scripts. */
const SHOWN_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])
const TYPE = /^[\w.+-]+\/[\w.+-]+$/

/** Nothing is loaded, nothing runs, and the document has an origin of its own. */
const SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

export interface SentFile {
  readonly content: Buffer
  readonly contentType: string
  readonly name: string
}

/** `attachment; filename="a_b.jpg"; filename*=UTF-8''a%20b.jpg`. Source: RFC 6266, RFC 8187. */
export function toDisposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replaceAll(/[^\w.-]/g, '_')
  const exact = encodeURIComponent(name).replaceAll(
    /['()*!]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${plain}"; filename*=UTF-8''${exact}`
}

export function sendFile(reply: FastifyReply, { content, contentType, name }: SentFile): FastifyReply {
  const [type = ''] = contentType.toLowerCase().split(';', 1)
  const kind = SHOWN_TYPES.has(type.trim()) ? 'inline' : 'attachment'
  return sendBytes(reply, content, {
    'content-type': TYPE.test(type.trim()) ? type.trim() : 'application/octet-stream',
    'content-disposition': toDisposition(kind, name),
  })
}

/** Shown as text at its own address, though it is a stranger's document. */
export function sendXml(reply: FastifyReply, content: Buffer, name: string): FastifyReply {
  return sendBytes(reply, content, {
    'content-type': 'text/xml; charset=utf-8',
    'content-disposition': toDisposition('inline', name),
  })
}

function sendBytes(
  reply: FastifyReply,
  content: Buffer,
  headers: Readonly<Record<string, string>>,
): FastifyReply {
  return reply
    .headers({
      ...headers,
      'x-content-type-options': 'nosniff',
      'content-security-policy': SANDBOX,
      'cache-control': 'no-store',
    })
    .send(content)
}
