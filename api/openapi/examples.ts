/** Requests to copy into a shell, made from the same descriptions as the documents. Pure. */
import type { Address } from '../server/addresses.ts'

type Schema = Readonly<Record<string, unknown>>

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null

/** A value that fits a JSON schema: what must be there, and nothing else. */
export function toExample(schema: unknown): unknown {
  if (!isSchema(schema)) return null
  if ('default' in schema) return schema.default
  if (Array.isArray(schema.enum)) return schema.enum[0]
  const alternatives = schema.anyOf ?? schema.oneOf
  if (Array.isArray(alternatives)) return toExample(alternatives[0])
  switch (schema.type) {
    case 'object':
      return toObjectExample(schema)
    case 'array':
      return [toExample(schema.items)]
    case 'integer':
    case 'number':
      return 1
    case 'boolean':
      return true
    default:
      return '…'
  }
}

function toObjectExample({ properties, required }: Schema): Record<string, unknown> {
  if (!isSchema(properties)) return {}
  const needed = Array.isArray(required) ? required : []
  const entries = Object.entries(properties).filter(([name]) => needed.includes(name))
  return Object.fromEntries(entries.map(([name, property]) => [name, toExample(property)]))
}

/** `/a/:domain/x/:formId` → `/a/$DOMAIN/x/$FORM_ID`: names of the shell, which `curl` does not take for patterns. */
export function toShellPath(url: string): string {
  return url.replaceAll(
    /:(\w+)/g,
    (_match, name: string) => `$${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
  )
}

/** @param body the JSON schema of the body, where there is one */
export function toCurl({ method, url, permission, document }: Address, body: unknown): string {
  const parts = ['curl']
  const isForm = document?.sending !== undefined
  if (method !== 'GET' && !(method === 'POST' && (isForm || body !== undefined))) parts.push(`-X ${method}`)
  if (permission === 'operator') parts.push('-H "Authorization: Bearer $OPERATOR_TOKEN"')
  else if (permission !== 'public' || isForm) parts.push('-H "Authorization: ApiKey $KEY"')
  if (document?.sending !== undefined) parts.push(document.sending)
  if (body !== undefined) {
    parts.push(`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(toExample(body))}'`)
  }
  parts.push(`"$CASEHOUSE${toShellPath(url)}"`)
  return parts.join(' ')
}
