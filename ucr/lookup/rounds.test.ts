import { expect, it } from 'vitest'
import { createInMemoryLookup, createInterpreter, createRounds, parseExpression } from '../index.ts'
import type { DictValue, Lookup } from '../contract.ts'
import type { Question } from './rounds.ts'

const related = (value_expression: unknown) => ({
  type: 'related_doc',
  related_doc_type: 'CommCareCase',
  doc_id_expression: { type: 'property_name', property_name: 'parent' },
  value_expression,
})
const name = { type: 'property_name', property_name: 'name' }

const document = (_id: string, parent: string): DictValue => ({
  _id,
  parent,
  name: _id,
  domain: 'd',
  doc_type: 'CommCareCase',
})
const stored = createInMemoryLookup({
  documents: [document('b', 'c'), document('c', 'd'), document('d', '')],
})

/** Answers from what is stored, and counts. */
function createLoader() {
  const loads: Question[][] = []
  const load = async (questions: readonly Question[]): Promise<readonly unknown[]> => {
    loads.push([...questions])
    return questions.map(({ ask, args }) =>
      (stored[ask] as (...each: readonly unknown[]) => unknown)(...args),
    )
  }
  return { loads, load }
}

const interpreterOn = (lookup: Lookup) =>
  createInterpreter({ lookup, now: () => '2020-01-01T00:00:00.000000Z', random: () => 0 })

it('a chain of documents takes a load a link, however many ask', async () => {
  const parsed = parseExpression(related(related(name)))
  const { loads, load } = createLoader()
  const root = document('a', 'b')
  const names = await createRounds({ load })((lookup) =>
    parsed.ok ? [1, 2, 3].map(() => interpreterOn(lookup).evaluate(parsed.value, root, { root })) : [],
  )
  expect(names).toEqual(['c', 'c', 'c'])
  expect(loads.map((questions) => questions.length)).toEqual([1, 1])
})

it('what does not exist is asked for once', async () => {
  const parsed = parseExpression(related(name))
  const { loads, load } = createLoader()
  const root = document('a', 'nobody')
  const rounds = createRounds({ load })
  const ask = () =>
    rounds((lookup) => (parsed.ok ? interpreterOn(lookup).evaluate(parsed.value, root, { root }) : null))
  expect([await ask(), await ask()]).toEqual([null, null])
  expect(loads).toHaveLength(1)
})
