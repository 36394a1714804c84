import { readFileSync } from 'node:fs'
import { ClickHouseError } from '@clickhouse/client'
import { DatabaseError } from 'pg'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { readConfig } from './config.ts'
import { toErrorLines, toLoggedError } from './log.ts'
import { toPostgresProblem } from './postgres/to-problem.ts'
import { toInstantText } from './postgres/types.ts'
import { Problem } from './problem.ts'
import { Secret } from './secret.ts'

it('logs no value that a driver error carries, in itself or as a cause', () => {
  const error = Object.assign(new DatabaseError('invalid input syntax: "Asha Rai"', 9, 'error'), {
    severity: 'ERROR',
    code: '22P02',
    detail: 'Key (name)=(Asha Rai)',
  })
  for (const logged of [toLoggedError(error), toLoggedError(toPostgresProblem(error))]) {
    expect(JSON.stringify(logged)).toContain('22P02')
    expect(JSON.stringify(logged)).not.toContain('Asha')
  }
})

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

it.each([
  ['JSON.parse', thrownBy(() => JSON.parse('Asha Rai'))],
  ['Intl', thrownBy(() => new Intl.DateTimeFormat('en', { timeZone: 'Asha' }))],
  ['the language', thrownBy(() => 'x' in Object('Asha').valueOf())],
  ['an engine', new ClickHouseError({ message: "Cannot parse 'Asha'", code: '27', type: 'CANNOT_PARSE' })],
  ['a message with lines like frames', new SyntaxError('near:\n    at Asha (/infra/up/x.ts:1:1)')],
  ['a thrown text', 'Asha'],
  [
    'a bug',
    new Problem('X_Y', 'bug', 'A sentence.', { name: 'Asha' }, new RangeError('Asha', { cause: 'Asha' })),
  ],
])('keeps what was typed out of the log: %s', (_, error) => {
  const logged = JSON.stringify(toLoggedError(error))
  expect(logged + toErrorLines(error)).not.toContain('Asha')
  expect(JSON.parse(logged)).toMatchObject({ type: expect.any(String) as string })
})

it('keeps what the system and infra itself say', () => {
  expect(toLoggedError(thrownBy(() => readFileSync('/nowhere')))).toMatchObject({
    code: 'ENOENT',
    message: expect.stringContaining('open') as string,
  })
  expect(toErrorLines(new Error('our own words'))).toMatch(/^Error: our own words\n    at .*log\.test\.ts/)
})

it('shows a secret to nobody who does not ask for it', () => {
  const secret = new Secret('hidden')
  expect(`${secret} ${JSON.stringify({ secret })}`).not.toContain('hidden')
  expect(secret.reveal()).toBe('hidden')
})

it('tells all faults of a configuration at once, by key and never by value', () => {
  const Env = z.object({
    PORT: z.coerce.number().int(),
    WAIT_MS: z.coerce.number().default(5),
    KEY: z.string().min(20),
  })
  expect(() => readConfig(Env, { PORT: 'hidden-a', KEY: 'hidden-b' })).toThrow(/PORT[^]*KEY/)
  expect(() => readConfig(Env, { PORT: 'hidden-a', KEY: 'hidden-b' })).not.toThrow(/hidden/)
  expect(readConfig(Env, { PORT: '1', WAIT_MS: '', KEY: 'k'.repeat(20) })).toEqual({
    PORT: 1,
    WAIT_MS: 5,
    KEY: 'k'.repeat(20),
  })
})

it('keeps all six digits of an instant and leaves what is none', () => {
  expect(toInstantText('2024-03-01 08:00:00+00')).toBe('2024-03-01T08:00:00.000000Z')
  expect(toInstantText('2024-03-01 08:00:00.1+00')).toBe('2024-03-01T08:00:00.100000Z')
  expect(toInstantText('infinity')).toBe('infinity')
})
