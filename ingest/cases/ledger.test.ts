import { existsSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseXml } from '../xml/parse-xml.ts'
import { addDecimals, negate, toDecimal } from './decimal.ts'
import {
  applyLedgerEntry,
  checkLedgerCases,
  extractLedgerBlocks,
  replayLedger,
  type LedgerEntry,
} from './ledger.ts'

const RECEIVED = '2024-05-02T00:00:00.000000Z'
function extract(bytes: string | Buffer) {
  const result = parseXml(Buffer.from(bytes))
  if (!result.ok) throw new Error(result.error.message)
  return extractLedgerBlocks(result.root, { receivedAt: RECEIVED })
}
const form = (body: string) =>
  `<data xmlns="urn:form" xmlns:l="http://commcarehq.org/ledger/v1"><g>${body}</g></data>`
function entriesOf(body: string): readonly LedgerEntry[] {
  const result = extract(form(body))
  if ('problem' in result) throw new Error(result.problem)
  return result.entries
}
function problemOf(body: string): string {
  const result = extract(form(body))
  return 'problem' in result ? result.problem : 'no problem'
}

describe('§2.8 ledger blocks', () => {
  it('a balance sets, found by namespace with any prefix', () => {
    const entry = {
      caseId: 'c1',
      sectionId: 'stock',
      kind: 'balance',
      reportedAt: '2024-05-01T00:00:00.000000Z',
    }
    expect(
      entriesOf(
        '<l:balance entity-id="c1" date="2024-05-01" section-id="stock"><l:entry id="soap" quantity="10"/><l:entry id="oil" quantity="2.50"/></l:balance>',
      ),
    ).toEqual([
      { ...entry, entryId: 'soap', quantity: '10', position: 0 },
      { ...entry, entryId: 'oil', quantity: '2.5', position: 1 },
    ])
  })

  it('a transfer moves: the source gives, the destination takes, either may be missing', () => {
    const of = (attrs: string) =>
      entriesOf(`<l:transfer ${attrs} section-id="s"><l:entry id="p" quantity="3"/></l:transfer>`).map(
        ({ caseId, quantity }) => [caseId, quantity],
      )
    expect(of('src="a" dest="b"')).toEqual([
      ['a', '-3'],
      ['b', '3'],
    ])
    expect(of('dest="b"')).toEqual([['b', '3']])
    expect(of('src="a" dest=""')).toEqual([['a', '-3']])
  })

  it('sections may stand on values, an unanswered quantity says nothing, no date means now', () => {
    expect(
      entriesOf(
        '<l:balance entity-id="c"><l:entry id="p"><l:value section-id="s1" quantity="1"/><l:value section-id="s2" quantity=""/></l:entry></l:balance>',
      ),
    ).toMatchObject([{ sectionId: 's1', quantity: '1', reportedAt: RECEIVED }])
  })

  it.each([
    ['<l:balance entity-id="c" section-id="s"><l:entry quantity="1"/></l:balance>', 'MissingProductId: '],
    [
      '<l:balance entity-id="c" section-id="s"><l:entry id="" quantity="1"/></l:balance>',
      'MissingProductId: ',
    ],
    ['<l:balance section-id="s"><l:entry id="p" quantity="1"/></l:balance>', 'IllegalCaseId: '],
    ['<l:transfer section-id="s"><l:entry id="p" quantity="1"/></l:transfer>', 'IllegalCaseId: '],
    ['<l:balance entity-id="c" date="soon" section-id="s"/>', 'PhoneDateValueError: '],
    [
      '<l:balance entity-id="c" section-id="s"><l:entry id="p" quantity="1e3"/></l:balance>',
      'CaseValueError: ',
    ],
    ['<l:balance entity-id="c"><l:entry id="p" quantity="1"/></l:balance>', 'CaseValueError: '],
  ])('%s → %s', (body, start) => expect(problemOf(body).startsWith(start)).toBe(true))

  it('the case of a ledger must exist', () => {
    const entries = entriesOf(
      '<l:balance entity-id="c" section-id="s"><l:entry id="p" quantity="1"/></l:balance>',
    )
    expect(checkLedgerCases(entries, () => true)).toBeNull()
    expect(checkLedgerCases(entries, () => false)?.problem).toBe(
      'IllegalCaseId: Ledger transaction references invalid Case ID "c"',
    )
  })

  const file = '../shared/data/commcare-core/ledger_create_basic.xml'
  it.skipIf(!existsSync(file))(`reads the file of the client engine (${file})`, () => {
    const result = extract(readFileSync(file))
    expect(
      'entries' in result &&
        result.entries.map(({ caseId, entryId, quantity }) => `${caseId}/${entryId}=${quantity}`),
    ).toEqual([
      'ocean_state_job_lot/soap=9',
      'ocean_state_job_lot/bleach=2',
      'market_basket/rice=10',
      'market_basket/beans=8',
      'market_basket/dish_soap=100',
    ])
  })
})

describe('balances', () => {
  it('a balance replaces, a transfer adds, and the delta tells the difference', () => {
    expect(applyLedgerEntry(null, { kind: 'balance', quantity: '10' })).toEqual({
      balance: '10',
      delta: '10',
    })
    expect(applyLedgerEntry('10', { kind: 'balance', quantity: '7.5' })).toEqual({
      balance: '7.5',
      delta: '-2.5',
    })
    expect(applyLedgerEntry('7.5', { kind: 'transfer', quantity: '-8' })).toEqual({
      balance: '-0.5',
      delta: '-8',
    })
    expect(replayLedger([])).toEqual([])
  })

  const entry = fc.record({
    kind: fc.constantFrom('balance' as const, 'transfer' as const),
    quantity: fc
      .tuple(fc.integer({ min: -9_999, max: 9_999 }), fc.integer({ min: 0, max: 99 }))
      .map(([whole, part]) => toDecimal(`${whole}.${part}`) ?? ''),
  })
  it('the deltas of a replay add up to its balance, exactly', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
        let balance: string | null = null
        let sum = '0'
        const steps = entries.map((one) => {
          const step = applyLedgerEntry(balance, one)
          balance = step.balance
          sum = addDecimals(sum, step.delta)
          return step
        })
        expect(sum).toBe(balance)
        expect(replayLedger(entries)).toEqual(steps)
      }),
    )
  })

  it('decimals are exact and have one face', () => {
    expect(['1.0', '-0', '+5', '007', '0.10', ' 3 '].map(toDecimal)).toEqual(['1', '0', '5', '7', '0.1', '3'])
    for (const bad of ['', '.5', '5.', '1e3', '0x1', 'NaN', '1'.repeat(21)]) expect(toDecimal(bad)).toBeNull()
    expect(addDecimals('0.1', '0.2')).toBe('0.3')
    expect(addDecimals('99999999999999999999', '0.01')).toBe('99999999999999999999.01')
    expect(addDecimals(addDecimals('9'.repeat(20), '9'.repeat(20)), '1')).toBe('199999999999999999999')
    expect(negate('0')).toBe('0')
  })
})
