import type { FastifyReply } from 'fastify'

/** An answer that is not OpenRosa's: plain text, unless the headers say otherwise. */
export interface Refusal {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

export function refusal(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return { status, text, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } }
}

export function sendRefusal(reply: FastifyReply, { status, text, headers }: Refusal): FastifyReply {
  return reply.code(status).headers(headers).send(text)
}
