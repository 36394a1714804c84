/** The OpenAPI 3.1 document, made from the same schemas that read requests and check answers. Pure. */
import { z } from 'zod'
import type { Address } from '../server/addresses.ts'
import type { RouteDocument } from '../server/define-route.ts'
import { ProblemBody } from '../contract.ts'

type Json = Record<string, unknown>

/** Inputs as they are sent, answers as they arrive. */
function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
  })
  return rest
}

function toParameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (!schema) return []
  const { properties, required } = toSchema(schema, 'input')
  if (typeof properties !== 'object' || properties === null) return []
  const needed = Array.isArray(required) ? required : []
  return Object.entries(properties as Record<string, Json>).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    ...(description === undefined ? {} : { description }),
    required: place === 'path' || needed.includes(name),
    schema: property,
  }))
}

/** `/a/:domain/x/:formId` → `/a/{domain}/x/{formId}` */
export function toOpenApiPath(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}')
}

/** Path parameters that the route's own schema does not describe. */
function addMissingPathParameters(url: string, described: readonly Json[]): Json[] {
  const names = new Set(described.map(({ name }) => name))
  const missing = [...url.matchAll(/:(\w+)/g)]
    .map(([, name]) => name ?? '')
    .filter((name) => !names.has(name))
  const added = missing.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  return [...described, ...added]
}

/** A form as the receiver takes it: the XML and its files, or the XML alone. */
const FORM_BODY = {
  type: 'object',
  required: ['xml_submission_file'],
  properties: { xml_submission_file: { type: 'string', contentMediaType: 'text/xml' } },
  additionalProperties: { type: 'string', contentMediaType: 'application/octet-stream' },
}

function toRequestBody(document: RouteDocument | undefined): Json {
  if (document?.bodyType !== undefined) {
    const content = { [document.bodyType]: { schema: FORM_BODY }, 'text/xml': {} }
    return { requestBody: { required: true, content } }
  }
  if (!document?.body) return {}
  const content = { 'application/json': { schema: toSchema(document.body, 'input') } }
  return { requestBody: { required: true, content } }
}

function toOperation({ method, url, permission, document }: Address): Json {
  const params = addMissingPathParameters(url, toParameters(document?.params, 'path'))
  const answer = document?.answer
  const success = answer
    ? { description: 'The answer', content: { 'application/json': { schema: toSchema(answer, 'output') } } }
    : {
        description: 'The answer',
        ...(document?.answerType ? { content: { [document.answerType]: {} } } : {}),
      }
  return {
    operationId: `${method.toLowerCase()}${url.replaceAll(/[^A-Za-z0-9]+(\w)/g, (_match, letter: string) => letter.toUpperCase())}`,
    summary: document?.summary ?? '',
    tags: [document?.tag ?? 'other'],
    'x-permission': permission,
    parameters: [...params, ...toParameters(document?.query, 'query')],
    ...toRequestBody(document),
    responses: { '2XX': success, default: { $ref: '#/components/responses/Problem' } },
    security:
      permission === 'public' && document?.bodyType === undefined
        ? []
        : [{ basic: [] }, { apiKey: [] }, { session: [] }, { operator: [] }],
  }
}

/** @param origin where this server is reached; an empty one leaves addresses relative. */
export function toOpenApi(
  addresses: readonly Address[],
  { version, origin }: { version: string; origin: string },
): Json {
  const documented = addresses.filter(({ method, document }) => document !== undefined && method !== 'HEAD')
  const paths: Record<string, Json> = {}
  for (const address of documented) {
    const path = toOpenApiPath(address.url)
    paths[path] = { ...paths[path], [address.method.toLowerCase()]: toOperation(address) }
  }
  const problem = {
    description: 'A refusal: a sentence, a code to search for, and details',
    content: { 'application/json': { schema: toSchema(ProblemBody, 'output') } },
  }
  return {
    openapi: '3.1.0',
    info: { title: 'casehouse', version, description: 'Mobile data collection and case management.' },
    servers: [{ url: origin || '/' }],
    paths,
    components: {
      responses: { Problem: problem },
      securitySchemes: {
        basic: {
          type: 'http',
          scheme: 'basic',
          description: 'A web user (e-mail address) or a mobile worker.',
        },
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`ApiKey <username>:<key>`',
        },
        session: { type: 'apiKey', in: 'cookie', name: 'casehouse_session' },
        operator: { type: 'http', scheme: 'bearer', description: 'The token in the data directory.' },
      },
    },
  }
}
