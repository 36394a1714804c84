import { describe, expect, it } from 'vitest'
import { parseInsertHead, parseStatement } from './statement.ts'

const insert = (text: string) => {
  const head = parseInsertHead(text)
  if (head === undefined) return undefined
  return {
    before: text.slice(0, head.infileAt),
    tail: text.slice(head.infileAt, head.headEnd),
    format: head.format,
    data: text.slice(head.dataAt),
  }
}

describe('the head of an insert', () => {
  it('ends at the line of the format', () => {
    expect(insert('INSERT INTO t FORMAT JSONEachRow\n{"a":1}\n')).toEqual({
      before: 'INSERT INTO t',
      tail: ' FORMAT JSONEachRow',
      format: 'JSONEachRow',
      data: '{"a":1}\n',
    })
  })

  it('knows database, columns, comments and settings', () => {
    expect(
      insert("/* x */ insert into `d b`.t (a, `b)`)\n settings x = 'FORMAT', y=1 format CSV \r\n1,2"),
    ).toEqual({
      before: '/* x */ insert into `d b`.t (a, `b)`)',
      tail: "\n settings x = 'FORMAT', y=1 format CSV",
      format: 'CSV',
      data: '1,2',
    })
  })

  it('takes only one line end from the data', () => {
    expect(insert('insert into t format RowBinary\n\n\0')?.data).toBe('\n\0')
  })

  it('takes a table named by a parameter', () => {
    expect(insert('insert into {t:Identifier} (a) format TSV\n1')?.before).toBe(
      'insert into {t:Identifier} (a)',
    )
  })

  it('is none for an insert from a select or into a function', () => {
    expect(insert('insert into t select 1')).toBeUndefined()
    expect(insert('insert into t (a) with x as (select 1) select * from x format TSV')).toBeUndefined()
    expect(insert("insert into function file('x') format TSV\n1")).toBeUndefined()
  })

  it('finds the one input() of a select', () => {
    const text = "insert into t (a, b) select a, (b) from input('a String') where a != 'FORMAT' format TSV\n1"
    const head = parseInsertHead(text)
    expect(head?.input).toMatchObject({ structure: "'a String'" })
    expect(text.slice(head?.input?.start, head?.input?.end)).toBe("input('a String')")
    expect(text.slice(head?.input?.end, head?.input?.selectEnd)).toBe(" where a != 'FORMAT' ")
    expect(text.slice(head?.dataAt)).toBe('1')
    expect(
      insert("insert into t select * from input('a String'), input('b String') format TSV\n"),
    ).toBeUndefined()
    expect(insert("insert into t select * from input('a String')")).toBeUndefined()
  })

  it('refuses a file of the server', () => {
    expect(() => insert("insert into t from infile '/etc/passwd' format CSV")).toThrow(/not allowed/)
  })
})

describe('a statement', () => {
  const select = (text: string) => {
    const statement = parseStatement(text)
    if (statement.kind !== 'select') return statement.kind
    return [
      text.slice(0, statement.outfileAt),
      text.slice(statement.outfileAt, statement.end),
      statement.format,
    ]
  }

  it('is cut before its own format', () => {
    expect(select('select 1 format JSON;')).toEqual(['select 1 ', 'format JSON', 'JSON'])
    expect(select('select 1 format JSON settings a=1')).toEqual([
      'select 1 ',
      'format JSON settings a=1',
      'JSON',
    ])
  })

  it('is cut at its end without one, before a comment', () => {
    expect(select('with 1 as x select x -- format CSV')).toEqual(['with 1 as x select x', '', undefined])
  })

  it('takes no format from strings, columns or functions', () => {
    expect(select("select 'a format CSV'")).toEqual(["select 'a format CSV'", '', undefined])
    expect(select("select format('{}', x) from t")).toEqual(["select format('{}', x) from t", '', undefined])
    expect(select('select * from (select 1 format CSV)')).toEqual([
      'select * from (select 1 format CSV)',
      '',
      undefined,
    ])
  })

  it('may be one only', () => {
    for (const text of [
      'select 1; drop table t',
      'select 1 /* ; */ ;;-- \nselect 2',
      "select 'a;'; select 2",
    ]) {
      expect(() => parseStatement(text)).toThrow(/Multi-statements/)
    }
    expect(select("select 'a;b', $$;$$ ; ")).toEqual(["select 'a;b', $$;$$", '', undefined])
  })

  it('writes no file of the server', () => {
    expect(() => parseStatement("select 1 into outfile '/tmp/x'")).toThrow(/not allowed/)
  })

  it('is refused where the library would lose its data', () => {
    const text = "insert into t select a from input('a UInt8') format CSV\n1"
    expect(() => parseStatement(text)).toThrow(/input\(\) is read by INSERT/)
  })

  it('says its verb when it is no select', () => {
    expect(parseStatement('(((( select 1 ))))').kind).toBe('select')
    expect(parseStatement('show tables format JSON')).toMatchObject({
      kind: 'other',
      verb: 'SHOW',
      format: 'JSON',
    })
  })
})
