/** Reads the case blocks of a form: finds, checks, completes and orders them. */
import { DEVICE_REPORT_XMLNS } from '../contract.ts'
import { adjustDatetime, toInstantOrMidnight } from '../form/instant.ts'
import { attributeOf, lastChild, type XmlElement } from '../xml/element.ts'
import { readAttachments, readIndices } from './block-parts.ts'
import {
  copyTexts,
  isCaseProblem,
  type BlockAction,
  type CaseBlock,
  type CaseProblem,
  type Texts,
} from './case-block.ts'
import { findCaseBlocks, type FoundBlock } from './find-blocks.ts'

/** What a block takes from the form around it. */
export interface FormContext {
  /** `meta/userID`: stands in where a block names nobody. */
  readonly userId: string | null
  /** Stands in where a block has no `date_modified`. */
  readonly receivedAt: string
  /** The files that came with the form, by name. */
  readonly attachments?: ReadonlyMap<string, { readonly contentType: string; readonly sizeBytes: number }>
}

const RANKS: Readonly<Record<BlockAction, number>> = {
  create: 0,
  update: 1,
  index: 2,
  close: 3,
  attachment: 4,
}
/** A block without actions sorts after the others of its case. */
const NO_ACTION_RANK = 7
const MAX_ID = 255
const SHORT_PROPERTIES: ReadonlySet<string> = new Set([
  'case_type',
  'case_name',
  'name',
  'owner_id',
  'external_id',
])
const MAX_SHORT = 255

const problem = (text: string): CaseProblem => ({ problem: text })

/**
 * All case blocks of a form, ready to apply in this order: by case id, then by the lowest rank of their actions, then
 * as they stand in the form. A device report has none. Never throws.
 * Source: reference §2.1–2.2. Differs: a legacy block (V1, without namespace) is converted, as old forms are still
 * uploaded from backups; nested elements under a property are left out.
 */
export function extractCaseBlocks(
  root: XmlElement,
  form: FormContext,
): { readonly blocks: readonly CaseBlock[] } | CaseProblem {
  if (root.ns === DEVICE_REPORT_XMLNS) return { blocks: [] }
  const blocks: CaseBlock[] = []
  for (const found of findCaseBlocks(root)) {
    const block = readBlock(found, form)
    if (isCaseProblem(block)) return block
    blocks.push(block)
  }
  return { blocks: orderBlocks(blocks) }
}

/** Source: reference §2.2. */
export function orderBlocks(blocks: readonly CaseBlock[]): readonly CaseBlock[] {
  if (blocks.length < 2) return blocks
  return blocks.toSorted((a, b) => {
    if (a.caseId !== b.caseId) return a.caseId < b.caseId ? -1 : 1
    return rankOf(a) - rankOf(b)
  })
}

function rankOf(block: CaseBlock): number {
  return Math.min(NO_ACTION_RANK, ...block.actions.map((action) => RANKS[action]))
}

function readBlock({ element, kind }: FoundBlock, form: FormContext): CaseBlock | CaseProblem {
  if (kind === 'unknown') return problem('CaseValueError: a case block has an unknown namespace')
  const own = (name: string): string | null =>
    attributeOf(element, name) ?? (kind === 'v1' ? (lastChild(element, name)?.text ?? null) : null)
  const caseId = own('case_id')?.trim() ?? ''
  if (caseId === '') return problem('IllegalCaseId: case_id must not be empty')
  if ([...caseId].length > MAX_ID) return problem('IllegalCaseId: Bad case id')
  if (lastChild(element, 'referral') !== null)
    return problem('UsesReferrals: Sorry, referrals are no longer supported!')
  const modified = own('date_modified')?.trim() ?? ''
  const modifiedAt = modified === '' ? form.receivedAt : toInstantOrMidnight(modified)
  if (modifiedAt === null) return problem('PhoneDateValueError: date_modified is not a date')
  const create = readTexts(element, 'create', kind)
  const update = readTexts(element, 'update', kind)
  const fault = checkTexts(create) ?? checkTexts(update)
  if (fault !== null) return fault
  const indices = readIndices(element, caseId)
  if (isCaseProblem(indices)) return indices
  const attachments = readAttachments(element, form.attachments ?? new Map())
  const userId = own('user_id')?.trim() || create?.['user_id']?.trim() || form.userId?.trim() || ''
  const close = lastChild(element, 'close') !== null
  const parts = {
    ...(create && { create }),
    ...(update && { update }),
    ...(indices.length > 0 && { indices }),
    ...(attachments.length > 0 && { attachments }),
  }
  return { caseId, userId, modifiedAt, actions: actionsOf(parts, close), close, ...parts }
}

function actionsOf(
  parts: Pick<CaseBlock, 'create' | 'update' | 'indices' | 'attachments'>,
  close: boolean,
): readonly BlockAction[] {
  const actions: BlockAction[] = []
  if (parts.create !== undefined) actions.push('create')
  if (parts.update !== undefined) actions.push('update')
  if (parts.indices !== undefined) actions.push('index')
  if (close) actions.push('close')
  if (parts.attachments !== undefined) actions.push('attachment')
  return actions
}

/** The children of `create` or `update` as texts, the last of a name counts; null when there are none. */
function readTexts(element: XmlElement, part: 'create' | 'update', kind: 'v1' | 'v2'): Texts | null {
  const holder = lastChild(element, part)
  if (holder === null || holder.children.length === 0) return null
  const texts = copyTexts({})
  for (const child of holder.children) {
    if (child.children.length > 0) continue
    const name = kind === 'v1' && child.name === 'case_type_id' ? 'case_type' : child.name
    texts[name] = adjustDatetime(child.text)
  }
  return texts
}

function checkTexts(texts: Texts | null): CaseProblem | null {
  if (texts === null) return null
  for (const name of SHORT_PROPERTIES) {
    const value = texts[name]
    if (value !== undefined && value.length > MAX_SHORT && [...value].length > MAX_SHORT) {
      return problem(`CaseValueError: ${name} is longer than ${MAX_SHORT} characters`)
    }
  }
  const opened = texts['date_opened']
  if (opened !== undefined && opened !== '' && toInstantOrMidnight(opened.trim()) === null) {
    return problem('PhoneDateValueError: date_opened is not a date')
  }
  return null
}
