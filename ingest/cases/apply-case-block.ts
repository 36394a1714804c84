/** The case reducer: one case after one block. Pure; replayed or live, the same code decides what a case is. */
import { TRANSACTION_TYPE, type CaseAttachment, type CaseIndex, type CaseSnapshot } from '../contract.ts'
import { toInstantOrMidnight } from '../form/instant.ts'
import { copyTexts, type CaseBlock, type Texts } from './case-block.ts'

/** Which form a block came with. */
export interface ApplyContext {
  readonly formId: string
  /** When the form was received, or edited if later. */
  readonly serverModifiedAt: string
}

/** A case in the making: copied once for a form, however many blocks the form has. */
interface Draft {
  readonly fields: {
    -readonly [Field in keyof Omit<CaseSnapshot, 'indices' | 'attachments'>]: CaseSnapshot[Field]
  }
  readonly indices: Map<string, CaseIndex>
  readonly attachments: Map<string, CaseAttachment>
}

/** Never kept as a property of their own. Source: reference §2.3. */
const NEVER_STORED: ReadonlySet<string> = new Set([
  'case_id',
  '@case_id',
  'date_modified',
  '@date_modified',
  '@user_id',
  'case_type',
  'case_name',
  'date_opened',
  '@xmlns',
  'doc_type',
])

/**
 * One case after one block of one form.
 * @param state null for a case not known yet: any block creates it, also one without `create`.
 * Source: reference §2.3–2.5.
 */
export function applyCaseBlock(
  state: CaseSnapshot | null,
  block: CaseBlock,
  context: ApplyContext,
): CaseSnapshot {
  const draft = draftOf(state, block)
  applyTo(draft, block, context)
  return finish(draft)
}

/** All blocks of one form about one case, in the order of `extractCaseBlocks`. */
export function applyCaseBlocks(
  state: CaseSnapshot | null,
  blocks: readonly CaseBlock[],
  context: ApplyContext,
): CaseSnapshot | null {
  const [first] = blocks
  if (first === undefined) return state
  const draft = draftOf(state, first)
  for (const block of blocks) applyTo(draft, block, context)
  return finish(draft)
}

function applyTo({ fields, indices, attachments }: Draft, block: CaseBlock, context: ApplyContext): void {
  fields.modified_by = block.userId
  if (block.modifiedAt > fields.modified_at) fields.modified_at = block.modifiedAt
  if (context.serverModifiedAt > fields.server_modified_at)
    fields.server_modified_at = context.serverModifiedAt
  // Of the children of `create` only those that are fields of a case count.
  if (block.create !== undefined) applyKnown(fields, block.create)
  if (block.update !== undefined) applyUpdate(fields, block.update)
  if (fields.owner_id === '') fields.owner_id = block.userId
  if (block.close) {
    fields.closed = true
    fields.closed_at = block.modifiedAt
    fields.closed_by = block.userId
  }
  for (const index of block.indices ?? []) {
    if (index.referenced_id === '') indices.delete(index.identifier)
    else indices.set(index.identifier, inOrder(index))
  }
  for (const attachment of block.attachments ?? []) {
    if (attachment.source_name === '') attachments.delete(attachment.name)
    else {
      const { name, source_name, content_type, size_bytes } = attachment
      attachments.set(name, { name, form_id: context.formId, source_name, content_type, size_bytes })
    }
  }
}

/** A case whose ledgers a form changed, and nothing else: it counts as changed on the server. */
export function touchCase(state: CaseSnapshot, serverModifiedAt: string): CaseSnapshot {
  return serverModifiedAt > state.server_modified_at
    ? { ...state, server_modified_at: serverModifiedAt }
    : state
}

/** The bits of the one transaction row that these blocks of one form for one case become. Source: reference §2.6. */
export function transactionType(blocks: readonly CaseBlock[]): number {
  let type: number = TRANSACTION_TYPE.form
  for (const { actions } of blocks) {
    if (actions.includes('create')) type |= TRANSACTION_TYPE.caseCreate
    if (actions.includes('close')) type |= TRANSACTION_TYPE.caseClose
    if (actions.includes('index')) type |= TRANSACTION_TYPE.caseIndex
    if (actions.includes('attachment')) type |= TRANSACTION_TYPE.caseAttachment
  }
  return type
}

/** A case of which nothing is known but its id. */
export function blankCase(caseId: string): CaseSnapshot {
  return {
    case_id: caseId,
    type: '',
    name: '',
    owner_id: '',
    external_id: null,
    location_id: null,
    opened_at: null,
    opened_by: null,
    modified_at: '',
    modified_by: '',
    closed: false,
    closed_at: null,
    closed_by: null,
    deleted: false,
    server_modified_at: '',
    properties: copyTexts({}),
    indices: [],
    attachments: [],
  }
}

/** Left over when every form of a case was archived: the next one starts it again, as a rebuild would, but not in the past. */
function isEmptied(state: CaseSnapshot): boolean {
  return state.deleted && state.opened_at === null
}

/** Fields in one order: blocks come back from JSONB, which has its own. */
function inOrder({ identifier, referenced_id, referenced_type, relationship }: CaseIndex): CaseIndex {
  return { identifier, referenced_id, referenced_type, relationship }
}

function openCase({ caseId, modifiedAt, userId }: CaseBlock, serverModifiedAt: string): CaseSnapshot {
  const opened = { opened_at: modifiedAt, opened_by: userId, server_modified_at: serverModifiedAt }
  return { ...blankCase(caseId), ...opened }
}

function draftOf(state: CaseSnapshot | null, first: CaseBlock): Draft {
  const { indices, attachments, ...fields } =
    state === null || isEmptied(state) ? openCase(first, state?.server_modified_at ?? '') : state
  return {
    fields: { ...fields, properties: copyTexts(fields.properties) },
    indices: new Map(indices.map((index) => [index.identifier, index])),
    attachments: new Map(attachments.map((attachment) => [attachment.name, attachment])),
  }
}

/** Lists are ordered by name, as the store returns them: the same state has one face. */
function finish({ fields, indices, attachments }: Draft): CaseSnapshot {
  return {
    ...fields,
    indices: [...indices.values()].toSorted((a, b) => (a.identifier < b.identifier ? -1 : 1)),
    attachments: [...attachments.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

function applyUpdate(fields: Draft['fields'], update: Texts): void {
  if (update['name'] !== undefined) fields.name = update['name']
  applyKnown(fields, update)
  for (const name of Object.keys(update)) {
    const value = update[name] ?? ''
    if (isKnown(name)) continue
    if (name === 'location_id') {
      fields.location_id = value === '' ? null : value
      continue
    }
    if (name === 'hq_user_id') fields.external_id = value
    fields.properties[name] = value
  }
}

function isKnown(name: string): boolean {
  return NEVER_STORED.has(name) || name === 'name' || name === 'owner_id' || name === 'external_id'
}

/** The fields that create and update share. */
function applyKnown(fields: Draft['fields'], texts: Texts): void {
  const { case_type, case_name, owner_id, external_id, date_opened } = texts
  if (case_type !== undefined) fields.type = case_type
  if (case_name !== undefined) fields.name = case_name
  if (owner_id !== undefined) fields.owner_id = owner_id
  if (external_id !== undefined) fields.external_id = external_id
  if (date_opened !== undefined)
    fields.opened_at = toInstantOrMidnight(date_opened.trim()) ?? fields.opened_at
}
