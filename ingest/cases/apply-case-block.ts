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

type Draft = { -readonly [Field in keyof CaseSnapshot]: CaseSnapshot[Field] }

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
  const draft = state === null || isEmptied(state) ? newCase(block) : copyCase(state)
  draft.modified_by = block.userId
  if (block.modifiedAt > draft.modified_at) draft.modified_at = block.modifiedAt
  if (context.serverModifiedAt > draft.server_modified_at) draft.server_modified_at = context.serverModifiedAt
  if (block.create !== undefined) applyCreate(draft, block.create)
  if (block.update !== undefined) applyUpdate(draft, block.update)
  if (draft.owner_id === '') draft.owner_id = block.userId
  if (block.close) {
    draft.closed = true
    draft.closed_at = block.modifiedAt
    draft.closed_by = block.userId
  }
  for (const index of block.indices ?? []) draft.indices = withIndex(draft.indices, index)
  for (const attachment of block.attachments ?? []) {
    draft.attachments = withAttachment(draft.attachments, { ...attachment, form_id: context.formId })
  }
  return draft
}

/** All blocks of one form about one case, in the order of `extractCaseBlocks`. */
export function applyCaseBlocks(
  state: CaseSnapshot | null,
  blocks: readonly CaseBlock[],
  context: ApplyContext,
): CaseSnapshot | null {
  let current = state
  for (const block of blocks) current = applyCaseBlock(current, block, context)
  return current
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

/** Left over when every form of a case was archived: the next one starts it again, as a rebuild would. */
function isEmptied(state: CaseSnapshot): boolean {
  return state.deleted && state.opened_at === null
}

function newCase(block: CaseBlock): Draft {
  return { ...blankCase(block.caseId), opened_at: block.modifiedAt, opened_by: block.userId }
}

function copyCase(state: CaseSnapshot): Draft {
  return { ...state, properties: copyTexts(state.properties) }
}

/** `create` knows only the fields of a case; anything else in it is dropped. */
function applyCreate(draft: Draft, create: Texts): void {
  applyKnown(draft, create)
  if (create['case_name'] !== undefined) draft.name = create['case_name']
}

function applyUpdate(draft: Draft, update: Texts): void {
  applyKnown(draft, update)
  if (update['name'] !== undefined) draft.name = update['name']
  if (update['case_name'] !== undefined) draft.name = update['case_name']
  for (const name of Object.keys(update)) {
    const value = update[name] ?? ''
    if (isKnown(name)) continue
    if (name === 'location_id') {
      draft.location_id = value === '' ? null : value
      continue
    }
    if (name === 'hq_user_id') draft.external_id = value
    draft.properties[name] = value
  }
}

function isKnown(name: string): boolean {
  return NEVER_STORED.has(name) || name === 'name' || name === 'owner_id' || name === 'external_id'
}

/** The fields that create and update share. */
function applyKnown(draft: Draft, texts: Texts): void {
  const { case_type, owner_id, external_id, date_opened } = texts
  if (case_type !== undefined) draft.type = case_type
  if (owner_id !== undefined) draft.owner_id = owner_id
  if (external_id !== undefined) draft.external_id = external_id
  if (date_opened !== undefined) draft.opened_at = toInstantOrMidnight(date_opened.trim()) ?? draft.opened_at
}

/** Ordered by identifier, as the store returns them: the same state has one face. */
function withIndex(indices: readonly CaseIndex[], index: CaseIndex): CaseIndex[] {
  const others = indices.filter(({ identifier }) => identifier !== index.identifier)
  if (index.referenced_id === '') return others
  return [...others, index].toSorted((a, b) => (a.identifier < b.identifier ? -1 : 1))
}

function withAttachment(
  attachments: readonly CaseAttachment[],
  attachment: CaseAttachment,
): CaseAttachment[] {
  const others = attachments.filter(({ name }) => name !== attachment.name)
  if (attachment.source_name === '') return others
  return [...others, attachment].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
