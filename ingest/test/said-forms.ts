/** Forms as a test says them: XML about cases and their stock, and the request that brings it. */
import { CASE_XMLNS, LEDGER_XMLNS } from '../contract.ts'
import type { SubmissionRequest } from '../index.ts'

export const DOMAIN = 'demo'

export interface SaidBlock {
  readonly caseId: string
  readonly create?: boolean
  readonly close?: boolean
  readonly update?: Readonly<Record<string, string>>
  /** Case ids by identifier; '' removes. `host` is an extension. */
  readonly indices?: Readonly<Record<string, string>>
  readonly at?: string
}

export interface SaidStock {
  readonly caseId: string
  readonly product: string
  readonly kind: 'balance' | 'transfer'
  readonly quantity: number
}

export interface SaidForm {
  readonly formId: string
  readonly blocks: readonly SaidBlock[]
  readonly stock?: readonly SaidStock[]
  /** Makes the bytes differ. */
  readonly salt?: string
}

function toBlock({ caseId, create, close, update = {}, indices = {}, at }: SaidBlock): string {
  const created = create
    ? '<create><case_type>t</case_type><case_name>n</case_name><owner_id>u1</owner_id></create>'
    : ''
  const updated = Object.entries(update).map(([name, value]) => `<${name}>${value}</${name}>`)
  const index = Object.entries(indices).map(
    ([name, id]) =>
      `<${name} case_type="t" relationship="${name === 'host' ? 'extension' : 'child'}">${id}</${name}>`,
  )
  const inner = `${created}<update>${updated.join('')}</update><index>${index.join('')}</index>${close ? '<close/>' : ''}`
  return `<case xmlns="${CASE_XMLNS}" case_id="${caseId}" user_id="u1" date_modified="${at ?? '2024-03-01T08:00:00Z'}">${inner}</case>`
}

function toStock({ caseId, product, kind, quantity }: SaidStock): string {
  const place = kind === 'balance' ? `entity-id="${caseId}"` : `dest="${caseId}"`
  return `<${kind} xmlns="${LEDGER_XMLNS}" ${place} date="2024-03-01" section-id="stock"><entry id="${product}" quantity="${quantity}"/></${kind}>`
}

export function toXml({ formId, blocks, stock = [], salt = '' }: SaidForm): string {
  const body = `${blocks.map(toBlock).join('')}${stock.map(toStock).join('')}<salt>${salt}</salt>`
  return `<data xmlns="http://openrosa.org/formdesigner/ABC">${body}<meta xmlns="http://openrosa.org/jr/xforms"><deviceID>d</deviceID><userID>u1</userID><instanceID>${formId}</instanceID></meta></data>`
}

export function toRequest(said: SaidForm, submitTime: string | null = null): SubmissionRequest {
  return {
    xml: Buffer.from(toXml(said)),
    attachments: [],
    appId: null,
    buildId: null,
    authContext: { user_id: null, authenticated: false, domain: DOMAIN },
    openrosaHeaders: {},
    submitIp: null,
    lastSyncToken: null,
    dateHeader: null,
    submitTime,
    isApiSubmission: false,
  }
}
