import { expect, it } from 'vitest'
import { readOptions } from './options.ts'

const about = { name: 'some', summary: 'something' }
const known = {
  rate: { default: 500, help: 'forms a second' },
  url: { default: '', help: 'where' },
} as const
const read = (...args: string[]) => readOptions(about, known, args)

it('takes numbers for what is a number, and texts for what is a text', () => {
  expect(read()).toEqual({ rate: 500, url: '', json: false })
  expect(read('--rate', '20', '--url', 'http://x', '--json')).toEqual({
    rate: 20,
    url: 'http://x',
    json: true,
  })
})

it.each([['--rate', 'many'], ['--rate', ''], ['--rate=-1'], ['--unknown', '1'], ['stray']])(
  'refuses %s %s',
  (...args) => {
    expect(() => read(...args)).toThrow(TypeError)
  },
)
