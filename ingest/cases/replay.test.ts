import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TRANSACTION_TYPE, type CaseSnapshot } from '../contract.ts'
import { applyCaseBlocks, transactionType } from './apply-case-block.ts'
import type { BlockAction, CaseBlock } from './case-block.ts'
import { orderBlocks } from './case-blocks.ts'
import {
  actionWords,
  changesBetween,
  historyOf,
  rebuildCase,
  stateAfter,
  type CaseTransaction,
} from './replay.ts'

const day = (n: number) => `2024-05-${String(n).padStart(2, '0')}T00:00:00.000000Z`
const REBUILT = { rebuiltAt: day(31) }

const propertyName = fc.constantFrom(
  'age',
  'name',
  'owner_id',
  'external_id',
  'location_id',
  '__proto__',
  'constructor',
  'case_id',
)
const text = fc.constantFrom('', 'a', 'b', 'c')
const texts = fc.array(fc.tuple(propertyName, text), { minLength: 1, maxLength: 3 }).map((pairs) => {
  const made = Object.create(null) as Record<string, string>
  for (const [name, value] of pairs) made[name] = value
  return made
})
const index = fc.record({
  identifier: fc.constantFrom('parent', 'host'),
  referenced_id: fc.constantFrom('', 'x', 'y'),
  referenced_type: fc.constant('t'),
  relationship: fc.constantFrom('child' as const, 'extension' as const),
})
const attachment = fc.record({
  name: fc.constantFrom('photo', 'voice'),
  source_name: fc.constantFrom('', 'a.jpg'),
  content_type: fc.constant(null),
  size_bytes: fc.constant(null),
})
const block: fc.Arbitrary<CaseBlock> = fc
  .record(
    {
      caseId: fc.constant('c1'),
      userId: fc.constantFrom('u1', 'u2', ''),
      modifiedAt: fc.integer({ min: 1, max: 28 }).map(day),
      close: fc.boolean(),
      create: texts,
      update: texts,
      indices: fc.array(index, { minLength: 1, maxLength: 2 }),
      attachments: fc.array(attachment, { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ['caseId', 'userId', 'modifiedAt', 'close'] },
  )
  .map((made) => {
    const actions: BlockAction[] = []
    if (made.create) actions.push('create')
    if (made.update) actions.push('update')
    if (made.indices) actions.push('index')
    if (made.close) actions.push('close')
    if (made.attachments) actions.push('attachment')
    // fast-check leaves absent keys out, which its types cannot say.
    return { ...made, actions } as CaseBlock
  })

/** The transactions of one case: what a run of forms leaves behind. */
const life: fc.Arbitrary<readonly CaseTransaction[]> = fc
  .array(fc.tuple(fc.array(block, { maxLength: 3 }), fc.integer({ min: 1, max: 5 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((forms) => {
    const times = forms.map(([, at]) => at).toSorted((a, b) => a - b)
    return forms.map(([blocks], seq) => ({
      form_id: `f${seq}`,
      type: transactionType(blocks) | (blocks.length === 0 ? TRANSACTION_TYPE.ledger : 0),
      rebuild: 0,
      revoked: false,
      server_at: day(times[seq] ?? 1),
      seq: seq + 8,
      blocks: orderBlocks(blocks),
    }))
  })

/** As the pipeline does it, form after form. */
function live(transactions: readonly CaseTransaction[]): CaseSnapshot | null {
  let state: CaseSnapshot | null = null
  for (const { blocks, form_id: formId, server_at } of transactions) {
    state = applyCaseBlocks(state, blocks, { formId, serverModifiedAt: server_at })
    if (state !== null && server_at > state.server_modified_at)
      state = { ...state, server_modified_at: server_at }
  }
  return state
}
const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

describe('case algebra', () => {
  it('incremental apply = rebuild by replay, also of rows that went through the database in any order', () => {
    fc.assert(
      fc.property(life, fc.infiniteStream(fc.nat()), (transactions, salt) => {
        const state = live(transactions)
        if (state === null) return
        const shuffled = transactions
          .map((one) => ({ one, by: salt.next().value }))
          .toSorted((a, b) => a.by - b.by)
        const rebuilt = rebuildCase('c1', stored(shuffled.map(({ one }) => one)), REBUILT)
        expect(JSON.stringify(rebuilt)).toBe(JSON.stringify(state))
      }),
      { numRuns: 500 },
    )
  })

  it('taking a form back and then again = the original; taking it back = as if it had never come', () => {
    fc.assert(
      fc.property(life, fc.nat(), (transactions, pick) => {
        const at = pick % transactions.length
        const revoked = transactions.map((one, n) => (n === at ? { ...one, revoked: true } : one))
        const without = rebuildCase(
          'c1',
          transactions.filter((_, n) => n !== at),
          REBUILT,
        )
        expect(rebuildCase('c1', revoked, REBUILT)).toEqual(without)
        const back = revoked.map((one) => ({ ...one, revoked: false }))
        expect(rebuildCase('c1', back, REBUILT)).toEqual(rebuildCase('c1', transactions, REBUILT))
      }),
      { numRuns: 500 },
    )
  })

  it('any order in which versions are delivered gives the same state when the highest counts', () => {
    fc.assert(
      fc.property(life, fc.infiniteStream(fc.nat()), (transactions, salt) => {
        const events = historyOf(transactions).map(({ after }, version) => ({
          version,
          after,
          by: salt.next().value,
        }))
        const delivered = events.flatMap((event) => [event, event]).toSorted((a, b) => a.by - b.by)
        let held = { version: -1, after: null as CaseSnapshot | null }
        for (const event of delivered) if (event.version > held.version) held = event
        expect(held.after).toEqual(live(transactions))
      }),
      { numRuns: 300 },
    )
  })

  it('the state after any form is what was applied until then, and the changes of a history add up', () => {
    fc.assert(
      fc.property(life, (transactions) => {
        const held = new Map<string, string>()
        historyOf(transactions).forEach(({ transaction, after, changes }, n) => {
          expect(stateAfter(transactions, transaction.form_id)).toEqual(live(transactions.slice(0, n + 1)))
          for (const change of changes) {
            expect(held.get(change.property) ?? null).toBe(change.before)
            if (change.after === null) held.delete(change.property)
            else held.set(change.property, change.after)
          }
          for (const [name, value] of Object.entries(after?.properties ?? {}))
            expect(held.get(name)).toBe(value)
        })
      }),
      { numRuns: 300 },
    )
  })
})

describe('§2.6 rebuild', () => {
  const create: CaseBlock = {
    caseId: 'c1',
    userId: 'u',
    modifiedAt: day(1),
    close: false,
    actions: ['create'],
    create: { case_name: 'Ann' },
  }
  const update: CaseBlock = {
    caseId: 'c1',
    userId: 'u',
    modifiedAt: day(2),
    close: false,
    actions: ['update'],
    update: { age: '3' },
  }
  const row = (
    form_id: string,
    seq: number | string,
    blocks: CaseBlock[],
    parts: Partial<CaseTransaction> = {},
  ): CaseTransaction => ({
    form_id,
    type: transactionType(blocks),
    rebuild: 0,
    revoked: false,
    server_at: day(3),
    seq,
    blocks,
    ...parts,
  })

  it('a case left with nothing relevant is deleted and empty', () => {
    const state = rebuildCase(
      'c1',
      [row('f1', 1, [create], { revoked: true }), row('f1', 2, [], { rebuild: 16, type: 16 })],
      REBUILT,
    )
    expect(state).toMatchObject({
      deleted: true,
      name: '',
      properties: {},
      modified_at: day(31),
      opened_at: null,
    })
  })

  it('updates that remain without their create keep the case', () => {
    const state = rebuildCase(
      'c1',
      [row('f1', 1, [create], { revoked: true }), row('f2', 2, [update])],
      REBUILT,
    )
    expect(state).toMatchObject({ deleted: false, name: '', properties: { age: '3' }, opened_at: day(2) })
  })

  it('stays deleted when a person deleted it', () => {
    expect(rebuildCase('c1', [row('f1', 1, [create])], { ...REBUILT, wasDeleted: true }).deleted).toBe(true)
  })

  it('orders by seq as a number, whatever time the sender gave', () => {
    const name = (value: string): CaseBlock => ({ ...update, update: { name: value } })
    const state = rebuildCase(
      'c1',
      [
        row('f2', '10', [name('ten')]),
        row('f1', '9', [name('nine')]),
        row('f0', 99, [name('said to be early')], { server_at: day(1) }),
      ],
      REBUILT,
    )
    expect(state.name).toBe('said to be early')
  })

  it('server_modified_on is the edit, when that is later', () => {
    expect(
      rebuildCase('c1', [row('f1', 1, [create], { edited_at: day(7) })], REBUILT).server_modified_at,
    ).toBe(day(7))
  })

  it('shows changes by the names that forms use', () => {
    const [first, second] = historyOf([row('f1', 1, [create]), row('f2', 2, [{ ...update, close: true }])])
    expect(first?.changes).toEqual([
      { property: 'case_name', before: null, after: 'Ann' },
      { property: 'case_type', before: null, after: '' },
      { property: 'owner_id', before: null, after: 'u' },
    ])
    expect(second?.changes).toEqual([
      { property: 'age', before: null, after: '3' },
      { property: 'closed', before: null, after: 'true' },
    ])
    expect(changesBetween(null, null)).toEqual([])
  })

  it('says the bits in words', () => {
    expect(actionWords(129)).toEqual(['created'])
    expect(actionWords(1 | 256 | 512)).toEqual(['updated', 'indices changed', 'closed'])
    expect(actionWords(32)).toEqual(['rebuilt'])
  })
})
