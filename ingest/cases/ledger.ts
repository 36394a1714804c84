/** Stock: what `balance` and `transfer` blocks of a form say about the ledgers of cases. */
import { DEVICE_REPORT_XMLNS, LEDGER_XMLNS } from '../contract.ts'
import { toInstantOrMidnight } from '../form/instant.ts'
import { attributeOf, type XmlElement } from '../xml/element.ts'
import type { CaseProblem } from './case-block.ts'
import { addDecimals, negate, toDecimal } from './decimal.ts'

/** One change of one ledger value, in the order of the form. Quantities are decimal text. */
export interface LedgerEntry {
  readonly caseId: string
  readonly sectionId: string
  /** The product. */
  readonly entryId: string
  readonly kind: 'balance' | 'transfer'
  /** A balance is what there is now; a transfer what is added, negative on the side that gives. */
  readonly quantity: string
  readonly reportedAt: string
  /** Position in the form, from 0. */
  readonly position: number
}

interface Line {
  readonly entryId: string
  readonly sectionId: string
  readonly quantity: string
}

/**
 * All ledger entries of a form. An entry without a quantity was not answered and says nothing.
 * @param form.receivedAt stands in where a block has no date.
 * Source: reference §2.8.
 */
export function extractLedgerBlocks(
  root: XmlElement,
  form: { readonly receivedAt: string },
): { readonly entries: readonly LedgerEntry[] } | CaseProblem {
  if (root.ns === DEVICE_REPORT_XMLNS) return { entries: [] }
  const entries: LedgerEntry[] = []
  for (const block of findLedgerBlocks(root)) {
    const fault = readLedgerBlock(block, form.receivedAt, entries)
    if (fault !== null) return fault
  }
  return { entries }
}

function findLedgerBlocks(root: XmlElement): readonly XmlElement[] {
  const found: XmlElement[] = []
  const visit = (parent: XmlElement): void => {
    for (const child of parent.children) {
      if (child.ns !== LEDGER_XMLNS) visit(child)
      else if (child.name === 'balance' || child.name === 'transfer') found.push(child)
    }
  }
  visit(root)
  return found
}

function readLedgerBlock(block: XmlElement, receivedAt: string, entries: LedgerEntry[]): CaseProblem | null {
  const date = attributeOf(block, 'date')?.trim() ?? ''
  const reportedAt = date === '' ? receivedAt : toInstantOrMidnight(date)
  if (reportedAt === null) return { problem: 'PhoneDateValueError: the date of a ledger block is not a date' }
  const lines = readLines(block)
  if ('problem' in lines) return lines
  const id = (name: string): string => attributeOf(block, name)?.trim() ?? ''
  const push = (caseId: string, kind: LedgerEntry['kind'], line: Line, quantity: string): void => {
    entries.push({ ...line, caseId, kind, quantity, reportedAt, position: entries.length })
  }
  const [source, destination] = [id('src'), id('dest')]
  if (block.name === 'balance' && id('entity-id') === '') return missingCase()
  if (block.name === 'transfer' && source === '' && destination === '') return missingCase()
  for (const line of lines.lines) {
    if (block.name === 'balance') push(id('entity-id'), 'balance', line, line.quantity)
    else {
      if (source !== '') push(source, 'transfer', line, negate(line.quantity))
      if (destination !== '') push(destination, 'transfer', line, line.quantity)
    }
  }
  return null
}

const missingCase = (): CaseProblem => ({ problem: 'IllegalCaseId: a ledger block names no case' })

/** `<entry id quantity/>` with the section on the block, or `<entry id><value section-id quantity/></entry>`. */
function readLines(block: XmlElement): { readonly lines: readonly Line[] } | CaseProblem {
  const lines: Line[] = []
  const blockSection = attributeOf(block, 'section-id')?.trim() ?? ''
  for (const entry of block.children) {
    if (entry.name !== 'entry') continue
    const entryId = attributeOf(entry, 'id')?.trim() ?? ''
    if (entryId === '')
      return { problem: 'MissingProductId: Product IDs must be set for all ledger updates!' }
    const values = entry.children.filter(({ name }) => name === 'value')
    for (const holder of values.length === 0 ? [entry] : values) {
      const sectionId = attributeOf(holder, 'section-id')?.trim() || blockSection
      const written = attributeOf(holder, 'quantity')?.trim() ?? ''
      if (written === '') continue
      const quantity = toDecimal(written)
      if (quantity === null)
        return { problem: 'CaseValueError: the quantity of a ledger entry is not a number' }
      if (sectionId === '') return { problem: 'CaseValueError: a ledger entry has no section' }
      lines.push({ entryId, sectionId, quantity })
    }
  }
  return { lines }
}

/** Every ledger must belong to a case of this domain, also one of the same form. Source: reference §1.7, §2.8. */
export function checkLedgerCases(
  entries: readonly LedgerEntry[],
  exists: (caseId: string) => boolean,
): CaseProblem | null {
  const missing = entries.find(({ caseId }) => !exists(caseId))
  if (missing === undefined) return null
  return { problem: `IllegalCaseId: Ledger transaction references invalid Case ID "${missing.caseId}"` }
}

/** A ledger value after one entry. @param balance decimal text; null where there was none, which counts as 0. */
export function applyLedgerEntry(
  balance: string | null,
  entry: Pick<LedgerEntry, 'kind' | 'quantity'>,
): { readonly balance: string; readonly delta: string } {
  const before = balance ?? '0'
  if (entry.kind === 'transfer')
    return { balance: addDecimals(before, entry.quantity), delta: entry.quantity }
  return { balance: entry.quantity, delta: addDecimals(entry.quantity, negate(before)) }
}

/** What each entry leaves and changes, in the order given. What the entries say stays as it is. */
export function replayLedger(
  entries: readonly Pick<LedgerEntry, 'kind' | 'quantity'>[],
): readonly { readonly balance: string; readonly delta: string }[] {
  let balance: string | null = null
  return entries.map((entry) => {
    const step = applyLedgerEntry(balance, entry)
    balance = step.balance
    return step
  })
}
