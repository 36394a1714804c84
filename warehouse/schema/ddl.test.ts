import { describe, expect, it } from 'vitest'
import { readDdlFiles } from './apply-ddl.ts'
import { entryTableStatements, toEntryTables } from './entry-tables.ts'

describe('ddl files', async () => {
  const files = await readDdlFiles()

  it('begins with the list of applied files', () => {
    expect(files[0]?.name).toMatch(/ddl-log\.sql$/)
  })

  it.each(files)(
    '$name tells grain, dedupe, order, partition, ttl, size and how to rebuild',
    ({ statement }) => {
      const header = statement.slice(0, statement.indexOf('create '))
      for (const line of header.trim().split('\n')) expect(line).toMatch(/^-- /)
      for (const fact of [
        'grain:',
        'dedupe:',
        'order by:',
        'partition:',
        'ttl:',
        'rows a year:',
        'rebuild:',
      ]) {
        expect(header.replaceAll('\n-- ', ' ')).toContain(fact)
      }
    },
  )

  it.each(files)('$name is one statement that may run again', ({ statement }) => {
    expect(statement).toContain('if not exists')
    expect(statement.trim().replace(/;$/, '')).not.toContain(';\n')
    expect(statement).not.toMatch(/select \*/i)
  })
})

describe('entry tables', () => {
  it('gives each domain names of its own', () => {
    const domains = ['a-b', 'a', 'b', 'a-to-forms', 'case-changes-a', 'a--b']
    const names = domains.flatMap((domain) =>
      entryTableStatements(domain).map((statement) => / if not exists (\S+)/.exec(statement)?.[1]),
    )
    expect(new Set(names).size).toBe(domains.length * 6)
  })

  it.each(['', '-a', 'A', 'a_b', 'a`b', 'a b', 'ä', 'a;drop', 'a'.repeat(64)])('refuses %j', (domain) => {
    expect(() => toEntryTables(domain)).toThrow(
      expect.objectContaining({ code: 'WAREHOUSE_DOMAIN_UNNAMEABLE' }),
    )
  })
})
