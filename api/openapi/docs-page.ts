/** The readable twin of the OpenAPI document: one self-contained page, no script, nothing from elsewhere. Pure. */
import { z } from 'zod'
import type { Address } from '../server/addresses.ts'
import { toOpenApiPath } from './openapi.ts'

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2530; --paper: #fff; --soft: #f3f5f8; --line: #d5dbe3; --accent: #0b5cad }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --paper: #14181f; --soft: #1d232c; --line: #343d4a; --accent: #7db8f5 } }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto; max-width: 62rem; padding: 1.5rem }
a { color: var(--accent) } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); text-transform: capitalize }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; padding: .25rem .75rem } summary { cursor: pointer; padding: .4rem 0; overflow-wrap: anywhere }
code, pre { font: .875rem/1.45 ui-monospace, monospace } pre { background: var(--soft); padding: .75rem; border-radius: .375rem; overflow-x: auto }
.method { font-weight: 700; display: inline-block; min-width: 4rem } table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top }`

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

function toSchemaBlock(title: string, schema: z.ZodType | undefined, io: 'input' | 'output'): string {
  if (!schema) return ''
  return `<h4>${title}</h4><pre tabindex="0">${escapeHtml(JSON.stringify(toJsonSchema(schema, io), null, 2))}</pre>`
}

function toQueryTable(schema: z.ZodType | undefined): string {
  const properties = schema ? toJsonSchema(schema, 'input').properties : undefined
  if (typeof properties !== 'object' || properties === null) return ''
  const rows = Object.entries(properties).map(
    ([name, property]) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td><code>${escapeHtml(JSON.stringify(property))}</code></td></tr>`,
  )
  return `<h4>Query</h4><table><tr><th>Parameter</th><th>Value</th></tr>${rows.join('')}</table>`
}

function toCurl({ method, url, permission, document }: Address, origin: string): string {
  const parts = ['curl']
  if (method !== 'GET') parts.push('-X', method)
  if (permission === 'operator') parts.push('-H', `'Authorization: Bearer $OPERATOR_TOKEN'`)
  else if (permission !== 'public') parts.push('-H', `'Authorization: ApiKey NAME:KEY'`)
  if (document?.body) parts.push('-H', `'Content-Type: application/json'`, '-d', `'{}'`)
  parts.push(`'${origin}${toOpenApiPath(url)}'`)
  return parts.join(' ')
}

function toRoute(address: Address, origin: string): string {
  const { method, url, permission, document } = address
  return `<details><summary><span class="method">${method}</span> <code>${escapeHtml(toOpenApiPath(url))}</code> ${escapeHtml(document?.summary ?? '')}</summary>
<p>Needs: <strong>${permission ?? 'nothing'}</strong></p><pre tabindex="0">${escapeHtml(toCurl(address, origin))}</pre>
${toQueryTable(document?.query)}${toSchemaBlock('Body', document?.body, 'input')}${toSchemaBlock('Answer', document?.answer, 'output')}</details>`
}

export function toDocsPage(addresses: readonly Address[], { origin }: { origin: string }): string {
  const documented = addresses.filter(({ method, document }) => document !== undefined && method !== 'HEAD')
  const byTag = Map.groupBy(documented, ({ document }) => document?.tag ?? 'other')
  const sections = [...byTag].map(
    ([tag, routes]) =>
      `<h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2>${routes.map((route) => toRoute(route, origin)).join('\n')}`,
  )
  const links = [...byTag.keys()]
    .map((tag) => `<a href="#${escapeHtml(tag)}">${escapeHtml(tag)}</a>`)
    .join(' · ')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>casehouse API</title><style>${STYLE}</style></head>
<body><main><h1>casehouse API</h1>
<p>Machine-readable: <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1). Sign requests with basic authentication, or with <code>Authorization: ApiKey NAME:KEY</code>. Instants are ISO 8601 in UTC. A refusal is JSON with <code>error</code>, <code>code</code> and <code>details</code>.</p>
<p>${links}</p>
${sections.join('\n')}
</main></body></html>
`
}
