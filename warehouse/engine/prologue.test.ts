import { describe, expect, it } from 'vitest'
import { compilePrologue, type Prologue } from './prologue.ts'

const asked = (parts: Partial<Prologue> = {}): Prologue => ({
  role: 'owner',
  database: undefined,
  params: new Map(),
  settings: new Map(),
  queryId: 'q',
  limits: { maxMemoryBytes: 1_000, maxThreads: 2, maxExecutionSeconds: 60 },
  ...parts,
})

describe('the prologue', () => {
  it('carries a parameter as a literal that nothing breaks out of', () => {
    const sql = compilePrologue(asked({ params: new Map([['x', "a'; drop table t; --\\"]]) }))
    expect(sql).toContain("param_x = 'a\\'; drop table t; --\\\\'")
  })

  it('quotes the database', () => {
    expect(compilePrologue(asked({ database: 'a`; drop table t' }))).toContain('USE `a\\`; drop table t`')
  })

  it('refuses names that are none', () => {
    expect(() => compilePrologue(asked({ settings: new Map([['a = 1; drop', '1']]) }))).toThrow(
      /\(UNKNOWN_SETTING\)/,
    )
    expect(() => compilePrologue(asked({ params: new Map([["x='", '1']]) }))).toThrow(/\(UNKNOWN_SETTING\)/)
  })

  it('binds a reader last, under its limits', () => {
    const settings = new Map([
      ['max_threads', '1'],
      ['max_execution_time', '600'],
      ['max_memory_usage', '0'],
    ])
    const sql = compilePrologue(asked({ role: 'reader', settings }))
    expect(sql).toMatch(/max_threads = '1', max_execution_time = '60', max_memory_usage = '1000'/)
    expect(sql.endsWith('; SET ROLE reader_role; SET readonly = 1')).toBe(true)
  })

  it.each([
    'readonly',
    'allow_ddl',
    'output_format_schema',
    'format_schema',
    'allow_experimental_ai_functions',
  ])('lets no reader set %s', (name) => {
    const settings = new Map([[name, '0']])
    expect(() => compilePrologue(asked({ role: 'reader', settings }))).toThrow(/\(READONLY\)/)
  })
})
