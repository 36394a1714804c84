import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blankCase } from './apply-case-block.ts'
import { checkIndices, extensionChain } from './indices.ts'

const pointing = (case_id: string, ...ids: string[]) => ({
  ...blankCase(case_id),
  indices: ids.map((referenced_id) => ({
    identifier: referenced_id,
    referenced_id,
    referenced_type: 't',
    relationship: 'child' as const,
  })),
})

describe('§2.5 validation', () => {
  it('all current indices must point to existing cases, whichever the form changed', () => {
    const known = new Set(['a', 'b'])
    expect(checkIndices([pointing('c', 'a', 'b')], (id) => known.has(id))).toBeNull()
    expect(checkIndices([pointing('c', 'a', 'gone')], (id) => known.has(id))).toEqual({
      problem: "InvalidCaseIndex: Case 'c' references non-existent case 'gone'",
    })
  })
})

describe('§2.5 closing a host', () => {
  const chainOf = (graph: Readonly<Record<string, readonly string[]>>, ...closed: string[]) =>
    extensionChain(closed, (id) => graph[id] ?? [])

  it('closes extensions of extensions, nearest first', () => {
    expect(chainOf({ host: ['e1', 'e2'], e1: ['e3'] }, 'host')).toEqual(['e1', 'e2', 'e3'])
  })

  it('is safe on cycles and never names a closed case', () => {
    expect(chainOf({ a: ['b'], b: ['a', 'b'] }, 'a')).toEqual(['b'])
    expect(chainOf({}, 'a')).toEqual([])
  })

  it('reaches exactly what hangs on the closed cases, in any graph', () => {
    const graphs = fc.dictionary(
      fc.constantFrom(...'abcdef'),
      fc.array(fc.constantFrom(...'abcdef'), { maxLength: 3 }),
    )
    fc.assert(
      fc.property(graphs, fc.constantFrom(...'abcdef'), (graph, start) => {
        const chain = new Set(chainOf(graph, start))
        expect(chain.has(start)).toBe(false)
        for (const from of [start, ...chain]) {
          for (const to of graph[from] ?? []) expect(to === start || chain.has(to)).toBe(true)
        }
        for (const one of chain)
          expect(Object.values(graph).some((targets) => targets.includes(one))).toBe(true)
      }),
    )
  })

  it('walks a chain of 100,000 without recursion', () => {
    expect(
      extensionChain(['0'], (id) => (Number(id) < 100_000 ? [String(Number(id) + 1)] : [])),
    ).toHaveLength(100_000)
  })
})
