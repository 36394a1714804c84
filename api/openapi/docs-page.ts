/** The readable twin of the OpenAPI document: one self-contained page, no script, nothing from elsewhere. Pure. */
import { z } from 'zod'
import type { RoutePermission } from '../plugins/access.ts'
import type { Address } from '../server/addresses.ts'
import { DOCS_STYLE } from './docs-style.ts'
import { toCurl } from './examples.ts'
import { toOpenApiPath } from './openapi.ts'

/** The sections in the order in which somebody new needs them; others follow. */
const SECTIONS: Readonly<Record<string, readonly [title: string, about: string]>> = {
  receiver: ['Sending forms', 'Where phones and programs send forms. 201 means: kept on disk.'],
  forms: ['Forms', 'Forms as JSON, in pages or one by one, with their files.'],
  cases: ['Cases', 'Cases as JSON, in pages or one by one.'],
  reports: ['Reports', 'The numbers behind the dashboards; each answer says up to when it is complete.'],
  pages: ['One form, one case', 'All that the dashboards show of one form or one case.'],
  session: ['Signing in', 'Sessions of web users, and what they may see.'],
  administration: ['Administration', 'Project spaces, people, groups, places and keys.'],
  operation: ['Operation', 'Health, counters, the feed, and the comparison of the stores.'],
  documents: ['Documents', 'This description.'],
}
const NEEDS: Readonly<Record<RoutePermission, string>> = {
  public: 'Open to everyone.',
  'signed-in': 'For whoever is signed in.',
  read: 'For members of the project space.',
  submit: 'For members of the project space and its mobile workers.',
  edit: 'For administrators of the project space.',
  admin: 'For administrators of the project space.',
  operator: 'For whoever runs the platform.',
}

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

const block = (text: string): string => `<pre tabindex="0">${escapeHtml(text)}</pre>`
const commandBlock = (text: string): string => `<pre class="command" tabindex="0">${escapeHtml(text)}</pre>`

function toSchemaBlock(title: string, schema: z.ZodType | undefined, io: 'input' | 'output'): string {
  if (!schema) return ''
  return `<h3>${title}</h3>${block(JSON.stringify(toJsonSchema(schema, io), null, 2))}`
}

/** `one of users, groups`, `a whole number, 1 to 200`, `text`. */
function toWords(property: Record<string, unknown>): string {
  const { type, minimum, maximum, pattern } = property
  const options = property.enum
  if (Array.isArray(options)) return `one of ${options.join(', ')}`
  if (type === 'integer' || type === 'number') {
    const isBounded = typeof minimum === 'number' && typeof maximum === 'number' && maximum < 1e9
    return isBounded ? `a number, ${minimum} to ${maximum}` : 'a number'
  }
  return typeof pattern === 'string' && pattern.includes('{4}') ? 'a day, YYYY-MM-DD' : 'text'
}

function toQueryTable(schema: z.ZodType | undefined, label: string): string {
  const properties = schema ? toJsonSchema(schema, 'input').properties : undefined
  if (typeof properties !== 'object' || properties === null) return ''
  const rows = Object.entries(properties as Record<string, Record<string, unknown>>).map(
    ([name, property]) => {
      const missing = property.default
      const otherwise = missing === undefined || typeof missing === 'object' ? '' : String(missing)
      const about = typeof property.description === 'string' ? property.description : ''
      const cells = [`<code>${escapeHtml(name)}</code>`, toWords(property), otherwise, about]
      return `<tr>${cells.map((cell, at) => `<td>${at === 0 ? cell : escapeHtml(cell)}</td>`).join('')}</tr>`
    },
  )
  const head = ['Parameter', 'Value', 'Default', 'Meaning'].map((name) => `<th scope="col">${name}</th>`)
  return `<h3>Query</h3><div class="scroll" tabindex="0" role="region" aria-label="Query parameters of ${escapeHtml(label)}"><table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function toRoute(address: Address): string {
  const { method, url, permission, document } = address
  const body = document?.body ? toJsonSchema(document.body, 'input') : undefined
  const needs = document?.tag === 'receiver' ? '' : `<p class="about">${NEEDS[permission ?? 'public']}</p>`
  return `<details><summary><span class="method ${method.toLowerCase()}">${method}</span><code>${escapeHtml(toOpenApiPath(url))}</code><span class="says">${escapeHtml(document?.summary ?? '')}</span></summary>
${needs}<h3>Try it</h3>${commandBlock(toCurl(address, body))}
${toQueryTable(document?.query, `${method} ${url}`)}${toSchemaBlock('Body', document?.body, 'input')}${toSchemaBlock('Answer', document?.answer, 'output')}</details>`
}

function toStart(origin: string): string {
  const lines = [
    `export CASEHOUSE=${origin}`,
    'export DOMAIN=demo            # the project space',
    "export KEY='name:key'         # from: casehouse key create demo NAME",
    '',
    'curl -H "Authorization: ApiKey $KEY" "$CASEHOUSE/a/$DOMAIN/api/v0.5/form/?limit=1"',
  ]
  return `<div class="card">${commandBlock(lines.join('\n'))}
<p>Basic authentication works too: <code>curl -u EMAIL:PASSWORD …</code>. Every example below uses these three names; <code>$FORM_ID</code> and the like are yours to fill in, <code>$OPERATOR_TOKEN</code> is in <code>secrets.json</code> of the data directory.
Instants are ISO 8601 in UTC, days are those of the project space. A refusal is JSON with <code>error</code>, <code>code</code> and <code>details</code>.</p></div>`
}

/** @param origin how this server is reached, without a slash at its end */
export function toDocsPage(addresses: readonly Address[], { origin }: { origin: string }): string {
  const documented = addresses.filter(({ method, document }) => document !== undefined && method !== 'HEAD')
  const byTag = Map.groupBy(documented, ({ document }) => document?.tag ?? 'other')
  const tags = [...new Set([...Object.keys(SECTIONS), ...byTag.keys()])].filter((tag) => byTag.has(tag))
  const titleOf = (tag: string): string => escapeHtml(SECTIONS[tag]?.[0] ?? tag)
  const sections = tags.map(
    (tag) =>
      `<h2 id="${escapeHtml(tag)}">${titleOf(tag)}</h2><p class="about">${escapeHtml(SECTIONS[tag]?.[1] ?? '')}</p>${(byTag.get(tag) ?? []).map(toRoute).join('\n')}`,
  )
  const links = tags.map((tag) => `<a href="#${escapeHtml(tag)}">${titleOf(tag)}</a>`)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>casehouse API</title><style>${DOCS_STYLE}</style></head>
<body><header><h1>casehouse API</h1>
<p>Forms in, cases and numbers out. For machines: <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1). For people: <a href="/">the dashboards</a>.</p></header>
<div class="page"><nav aria-label="Sections"><a href="#start">Start here</a>${links.join('')}</nav>
<main><h2 id="start">Start here</h2>${toStart(origin)}
${sections.join('\n')}
</main></div></body></html>
`
}
