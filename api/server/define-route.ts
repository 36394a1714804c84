/** A JSON route as a value: what comes in and what goes out are zod schemas, which also make the OpenAPI document. */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { z } from 'zod'
import type { RoutePermission } from '../plugins/access.ts'
import { answerUnfit, requestInvalid } from '../problems.ts'

export interface RouteDocument {
  readonly summary: string
  readonly tag: string
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** Of the answer with status 200 or 201; left out: not JSON. */
  readonly answer?: z.ZodType
  readonly answerType?: string
  /** A body that is not JSON, and how it is sent in the words of curl. */
  readonly bodyType?: string
  readonly sending?: string
}

declare module 'fastify' {
  interface FastifyContextConfig {
    document?: RouteDocument
  }
}

const Nothing = z.unknown()

export interface RouteSpec<
  Params extends z.ZodType = typeof Nothing,
  Query extends z.ZodType = typeof Nothing,
  Body extends z.ZodType = typeof Nothing,
  Answer extends z.ZodType = typeof Nothing,
> {
  readonly method: HTTPMethods
  readonly url: string
  readonly permission: RoutePermission
  readonly challenge?: boolean
  readonly summary: string
  readonly tag: string
  readonly params?: Params
  readonly query?: Query
  /** What documents say of the query, where the route itself takes any. */
  readonly describedQuery?: z.ZodType
  readonly body?: Body
  readonly answer?: Answer
  readonly answerType?: string
  /** Of the answer, when not 200. */
  readonly status?: number
}

export interface RouteInput<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly params: z.output<Params>
  readonly query: z.output<Query>
  readonly body: z.output<Body>
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Only what is given, so that optional keys stay absent. */
function toDocument(spec: RouteSpec<z.ZodType, z.ZodType, z.ZodType, z.ZodType>): RouteDocument {
  const { summary, tag, params, body, answer, answerType } = spec
  const query = spec.describedQuery ?? spec.query
  return {
    summary,
    tag,
    ...(params ? { params } : {}),
    ...(query ? { query } : {}),
    ...(body ? { body } : {}),
    ...(answer ? { answer } : {}),
    ...(answerType ? { answerType } : {}),
  }
}

/**
 * Adds the route. `act` returns the answer, or the reply itself after sending something that is not JSON.
 * @throws what zod finds wrong, which the problems plugin turns into API_REQUEST_INVALID
 */
export function defineRoute<
  Params extends z.ZodType = typeof Nothing,
  Query extends z.ZodType = typeof Nothing,
  Body extends z.ZodType = typeof Nothing,
  Answer extends z.ZodType = typeof Nothing,
>(
  app: FastifyInstance,
  spec: RouteSpec<Params, Query, Body, Answer>,
  act: (input: RouteInput<Params, Query, Body>) => Promise<z.input<Answer> | FastifyReply>,
): void {
  app.route({
    method: spec.method,
    url: spec.url,
    config: {
      permission: spec.permission,
      document: toDocument(spec),
      ...(spec.challenge ? { challenge: true } : {}),
    },
    handler: async (request, reply) => {
      refuseNul(request)
      const answer = await act({
        // Without a schema the input is typed unknown, and handed over as it is.
        params: (spec.params ?? Nothing).parse(request.params) as z.output<Params>,
        query: (spec.query ?? Nothing).parse(request.query) as z.output<Query>,
        body: (spec.body ?? Nothing).parse(request.body ?? {}) as z.output<Body>,
        request,
        reply,
      })
      if (answer === reply) return reply
      reply.code(spec.status ?? 200)
      return spec.answer ? toAnswer(spec.answer, answer, spec.url) : answer
    },
  })
}

/** No text of ours holds NUL, and Postgres cannot. */
function refuseNul({ params, query, body }: FastifyRequest): void {
  const parts = { address: params, query, body: body ?? null }
  for (const [path, part] of Object.entries(parts)) {
    if (JSON.stringify(part).includes(String.raw`\u0000`))
      throw requestInvalid({ faults: [{ path, expected: 'must be text without NUL' }] })
  }
}

/** An answer that breaks its own contract is our fault, not the asker's. Deeper parts of the path may be names that people gave. */
function toAnswer(schema: z.ZodType, answer: unknown, route: string): unknown {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  const path = parsed.error.issues[0]?.path ?? []
  throw answerUnfit({ route, part: String(path[0] ?? ''), depth: path.length })
}
