import { describe, expect, it } from 'vitest'
import type { CaseSnapshot } from '../contract.ts'
import { applyCaseBlock, applyCaseBlocks, blankCase, touchCase, transactionType } from './apply-case-block.ts'
import type { BlockAction, CaseBlock } from './case-block.ts'

const day = (n: number) => `2024-05-${String(n).padStart(2, '0')}T00:00:00.000000Z`

function says(parts: Partial<CaseBlock>): CaseBlock {
  const actions = (['create', 'update'] as const).filter((part) => parts[part] !== undefined) as BlockAction[]
  if (parts.indices !== undefined) actions.push('index')
  if (parts.close === true) actions.push('close')
  if (parts.attachments !== undefined) actions.push('attachment')
  return { caseId: 'c1', userId: 'u1', modifiedAt: day(1), close: false, actions, ...parts }
}
const apply = (
  state: CaseSnapshot | null,
  parts: Partial<CaseBlock>,
  formId = 'f1',
  serverModifiedAt = day(10),
) => applyCaseBlock(state, says(parts), { formId, serverModifiedAt })
const created = apply(null, {
  create: { case_type: 'patient', case_name: 'Ann', owner_id: 'o1' },
  update: { age: '31' },
})

describe('§2.4 create', () => {
  it('on an unknown case creates it', () => {
    expect(created).toEqual({
      ...blankCase('c1'),
      type: 'patient',
      name: 'Ann',
      owner_id: 'o1',
      opened_at: day(1),
      opened_by: 'u1',
      modified_at: day(1),
      modified_by: 'u1',
      server_modified_at: day(10),
      properties: { age: '31' },
    })
  })

  it('on an existing case overwrites the given values and leaves the rest', () => {
    const again = apply(created, { userId: 'u2', modifiedAt: day(3), create: { case_name: 'Bea' } })
    expect(again).toMatchObject({
      name: 'Bea',
      type: 'patient',
      owner_id: 'o1',
      opened_at: day(1),
      opened_by: 'u1',
      modified_by: 'u2',
      properties: { age: '31' },
    })
  })

  it('drops its dynamic children', () => {
    expect(apply(null, { create: { case_type: 't', age: '3', name: 'x' } })).toMatchObject({
      name: '',
      properties: {},
    })
  })

  it.each([
    ['update', says({ update: { a: '1' } })],
    ['close', says({ close: true })],
    [
      'index',
      says({
        indices: [{ identifier: 'p', referenced_id: 'x', referenced_type: 't', relationship: 'child' }],
      }),
    ],
    ['touch', says({})],
  ])('is implied by %s of an unknown case', (_, block) => {
    const state = applyCaseBlock(null, block, { formId: 'f', serverModifiedAt: day(2) })
    expect(state).toMatchObject({ type: '', name: '', owner_id: 'u1', opened_at: day(1), opened_by: 'u1' })
  })
})

describe('§2.3 known properties', () => {
  it('update sets the fields of a case', () => {
    const state = apply(created, {
      update: {
        case_type: 't2',
        case_name: 'N',
        owner_id: 'o2',
        external_id: 'e',
        date_opened: '2020-02-03',
        other: 'x',
      },
    })
    expect(state).toMatchObject({
      type: 't2',
      name: 'N',
      owner_id: 'o2',
      external_id: 'e',
      opened_at: '2020-02-03T00:00:00.000000Z',
    })
    expect(state.properties).toEqual({ age: '31', other: 'x' })
    expect(apply(created, { update: { name: 'M' } })).toMatchObject({ name: 'M', properties: { age: '31' } })
  })

  it('never stores the reserved names as dynamic', () => {
    const update = Object.fromEntries(
      [
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
      ].map((name) => [name, '']),
    )
    expect(apply(created, { update }).properties).toEqual({ age: '31' })
  })

  it('an empty element sets the value to ""', () => {
    expect(apply(created, { update: { age: '' } }).properties).toEqual({ age: '' })
  })

  it('setting owner_id to "" ends as the user of the block', () => {
    expect(apply(created, { userId: 'u7', update: { owner_id: '' } }).owner_id).toBe('u7')
    expect(apply(created, { update: { owner_id: '-' } }).owner_id).toBe('-')
  })

  it('location_id sets the location link; hq_user_id also sets external_id', () => {
    expect(apply(created, { update: { location_id: 'l1' } })).toMatchObject({
      location_id: 'l1',
      properties: { age: '31' },
    })
    expect(apply(created, { update: { hq_user_id: 'w1' } })).toMatchObject({
      external_id: 'w1',
      properties: { hq_user_id: 'w1' },
    })
  })

  it('stores properties named __proto__, constructor and toString', () => {
    const update = JSON.parse('{"__proto__":"1","constructor":"2","toString":"3"}') as Record<string, string>
    const state = apply(apply(null, { update }), { update: { x: '4' } })
    expect(JSON.stringify(state.properties)).toBe(
      '{"__proto__":"1","constructor":"2","toString":"3","x":"4"}',
    )
    const stored = JSON.parse(JSON.stringify(state)) as CaseSnapshot
    expect(JSON.stringify(apply(stored, {}).properties)).toBe(JSON.stringify(state.properties))
  })
})

describe('§2.4 times, close, untouched input', () => {
  it('modified_on never moves back', () => {
    const late = apply(created, { modifiedAt: day(5) })
    expect(apply(late, { modifiedAt: day(2), userId: 'u2' })).toMatchObject({
      modified_at: day(5),
      modified_by: 'u2',
    })
  })

  it('close sets who and when; later updates are allowed and do not reopen', () => {
    const closed = apply(created, { close: true, userId: 'u3', modifiedAt: day(4) })
    expect(closed).toMatchObject({ closed: true, closed_at: day(4), closed_by: 'u3' })
    expect(apply(closed, { update: { age: '40' } })).toMatchObject({
      closed: true,
      closed_at: day(4),
      properties: { age: '40' },
    })
  })

  it('a block without action is a touch: modified_on moves', () => {
    expect(apply(created, { modifiedAt: day(6) })).toEqual({ ...created, modified_at: day(6) })
  })

  it('a deleted case stays deleted, but one that archiving emptied starts again', () => {
    expect(apply({ ...created, deleted: true }, { update: { a: '1' } })).toMatchObject({
      deleted: true,
      properties: { a: '1', age: '31' },
    })
    expect(apply({ ...blankCase('c1'), deleted: true, modified_at: day(9) }, {})).toMatchObject({
      deleted: false,
      opened_at: day(1),
      modified_at: day(1),
    })
  })

  it('does not change its input', () => {
    const before = JSON.stringify(created)
    apply(created, {
      update: { age: '1' },
      close: true,
      indices: [{ identifier: 'p', referenced_id: 'x', referenced_type: 't', relationship: 'child' }],
    })
    touchCase(created, day(20))
    expect(JSON.stringify(created)).toBe(before)
  })
})

describe('§2.5 index and §2.7 attachment', () => {
  const index = (identifier: string, referenced_id: string) => ({
    identifier,
    referenced_id,
    referenced_type: 't',
    relationship: 'child' as const,
  })
  const withTwo = apply(created, { indices: [index('parent', 'p1'), index('host', 'h1')] })

  it('sets, replaces, removes by empty text, and leaves the unmentioned', () => {
    expect(withTwo.indices).toEqual([index('host', 'h1'), index('parent', 'p1')])
    expect(apply(withTwo, { indices: [index('parent', 'p2')] }).indices).toEqual([
      index('host', 'h1'),
      index('parent', 'p2'),
    ])
    expect(apply(withTwo, { indices: [index('parent', '')] }).indices).toEqual([index('host', 'h1')])
    expect(apply(withTwo, { indices: [index('absent', '')] }).indices).toEqual(withTwo.indices)
  })

  it('an attachment belongs to the form it came with; empty src removes it', () => {
    const photo = { name: 'photo', source_name: 'a.jpg', content_type: 'image/jpeg', size_bytes: 3 }
    const withPhoto = apply(created, { attachments: [photo] }, 'f9')
    expect(withPhoto.attachments).toEqual([{ ...photo, form_id: 'f9' }])
    expect(apply(withPhoto, { attachments: [{ ...photo, source_name: '' }] }).attachments).toEqual([])
  })
})

describe('a hostile form', () => {
  it('of 50,000 blocks and 50,000 properties, indices and attachments for one case costs one copy', () => {
    const many = Array.from({ length: 50_000 }, (_, n) => `n${n}`)
    const index = (identifier: string) => ({
      identifier,
      referenced_id: 'x',
      referenced_type: 't',
      relationship: 'child' as const,
    })
    const file = (name: string) => ({ name, source_name: 'a', content_type: null, size_bytes: null })
    const wide = says({
      update: Object.fromEntries(many.map((name) => [name, '1'])),
      indices: many.map(index),
      attachments: many.map(file),
    })
    const state = applyCaseBlocks(null, [wide, ...many.map(() => says({}))], {
      formId: 'f',
      serverModifiedAt: day(1),
    })
    expect(Object.keys(state?.properties ?? {})).toHaveLength(50_000)
    expect(state?.indices).toHaveLength(50_000)
    expect(state?.attachments).toHaveLength(50_000)
  })
})

describe('§2.6 transaction bits', () => {
  it('one row per case and form has the union of the bits', () => {
    expect(transactionType([says({ create: { case_name: 'x' }, update: { a: '1' } })])).toBe(129)
    expect(transactionType([says({})])).toBe(1)
    const index = {
      identifier: 'p',
      referenced_id: 'x',
      referenced_type: 't',
      relationship: 'child' as const,
    }
    expect(transactionType([says({ indices: [index] }), says({ close: true })])).toBe(1 | 256 | 512)
    expect(
      transactionType([
        says({ attachments: [{ name: 'a', source_name: 'b', content_type: null, size_bytes: null }] }),
      ]),
    ).toBe(1 | 1024)
  })

  it('several blocks of one form apply one after the other', () => {
    const blocks = [says({ create: { case_name: 'a' } }), says({ update: { name: 'b' } })]
    expect(applyCaseBlocks(null, blocks, { formId: 'f', serverModifiedAt: day(1) })?.name).toBe('b')
  })
})
