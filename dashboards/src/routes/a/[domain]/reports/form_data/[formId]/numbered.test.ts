import { expect, it } from 'vitest'
import { numbered } from './numbered.ts'

const answer = (label: string) => ({ path: `/data/${label}`, label, value: 'x', children: [] })

it('numbers what repeats, and leaves alone what does not', () => {
  const labels = numbered(['Item', 'Note', 'Item'].map(answer)).map(({ label }) => label)
  expect(labels).toEqual(['Item 1', 'Note', 'Item 2'])
})
