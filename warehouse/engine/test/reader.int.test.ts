import { createClient, type ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestEngine, type TestEngine } from '#infra/harness/index.ts'

let engine: TestEngine
let reader: ClickHouseClient

beforeAll(async () => {
  engine = await startTestEngine({ applyDdl: false })
  reader = createClient({
    url: engine.url,
    ...engine.reader,
    database: engine.database,
    clickhouse_settings: { wait_end_of_query: 1 },
  })
  await engine.client.command({ query: 'create table t (a UInt32) engine = MergeTree order by a' })
  await engine.client.insert({ table: 't', values: [{ a: 1 }], format: 'JSONEachRow' })
})
afterAll(async () => {
  await reader?.close()
  await engine?.drop()
})

/** As it stands, without the `FORMAT` that the client would add. */
const ask = async (query: string, parameters = '') => {
  const { username, password } = engine.reader
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const url = `${engine.url}/?database=${engine.database}${parameters}`
  const answer = await fetch(url, { method: 'POST', body: query, headers: { authorization } })
  return { code: Number(answer.headers.get('x-clickhouse-exception-code') ?? 0), text: await answer.text() }
}

describe('a reader', () => {
  it.each([
    'select a from t',
    'with x as (select a from t) select * from x',
    'from t select a',
    '(select a from t) union all (select 1)',
    'show tables',
    'show create table t',
    'describe t',
    'exists t',
    'explain select a from t',
    'select name from system.tables where database = currentDatabase()',
    'select * from numbers(3)',
    "select t.file, 'file(1)' from (select 1 as file) as t",
  ])('may %s', async (query) => {
    expect((await ask(query)).code).toBe(0)
  })

  it.each([
    'insert into t values (2)',
    'insert into t format CSV\n2\n',
    'create table u (a UInt8) engine = Memory',
    'create temporary table u (a UInt8)',
    'create view v as select 1',
    'drop table t',
    'truncate table t',
    'alter table t delete where 1',
    'optimize table t',
    'rename table t to u',
    'set readonly = 0',
    'set max_threads = 99',
    'set role owner_role',
    'set default role owner_role to default',
    'grant owner_role to default',
    'execute as default select 1',
    'use system',
    'kill query where 1',
    'system flush logs',
    'system shutdown',
    "backup table t to File('/tmp/x')",
    'attach table t',
    'begin transaction',
    'select 1; drop table t',
    'select 1 /* */ ; -- \n drop table t',
    'select 1 settings readonly = 0',
    'select 1 settings max_memory_usage = 0',
    "select 1 into outfile '/tmp/casehouse-reader'",
    "explain select 1 into outfile '/tmp/casehouse-reader'",
    "select * from file('/etc/passwd', 'LineAsString')",
    "with x as (select * from file('/etc/passwd', 'LineAsString')) select * from x",
    "describe file('/etc/passwd', 'LineAsString')",
    "explain select * from file('/etc/passwd', 'LineAsString')",
    "select file('/etc/passwd')",
    'select "fil\\x65"(\'/etc/passwd\')',
    "select arrayMap(file, ['/etc/passwd'])",
    "select * apply(file) from (select '/etc/passwd' as p)",
    "select * apply file from (select '/etc/passwd' as p)",
    "explain query tree select file('/etc/passwd')",
    "select * from url('http://127.0.0.1:1/', 'LineAsString')",
    "select * from s3('http://127.0.0.1:1/b/k', 'LineAsString')",
    "select * from remote('127.0.0.1', 'default', 't')",
    "select * from postgresql('127.0.0.1:1', 'd', 't', 'u', 'p')",
    "select * from mysql('127.0.0.1:1', 'd', 't', 'u', 'p')",
    "select * from mongodb('127.0.0.1:1', 'd', 't', 'u', 'p', 'a Int8')",
    "select * from sqlite('/tmp/x', 't')",
    "select * from executable('x', 'TSV', 'a UInt8')",
    "select * from icebergLocal('/tmp')",
    "select * from filesystem('/etc')",
    "select * from eval('select 1')",
    "select * from dictionary('x')",
    "select getServerSetting('path')",
    'show users',
    'select * from system.users',
    'select * from system.grants',
  ])('may not %s', async (query) => {
    const { code, text } = await ask(query)
    expect({ code, text }).not.toMatchObject({ code: 0 })
    expect(text).not.toContain('root:')
  })

  it('may not smuggle a function in as a parameter', async () => {
    expect((await ask("select arrayMap({f:Identifier}, ['/etc/passwd'])", '&param_f=file')).code).toBe(497)
    expect((await ask("select arrayMap({f:Identifier}, ['/etc/passwd'])", '&param_f=fil%5Cx65')).code).toBe(
      497,
    )
  })

  it.each([
    'readonly=0',
    'allow_ddl=1',
    'max_memory_usage_for_user=0',
    'format_schema=x',
    'role=owner_role',
    'profile=default',
  ])('may not ask for %s in the URL', async (setting) => {
    expect((await ask('select 1', `&${setting}`)).code).not.toBe(0)
  })

  it('sees nobody’s queries and none of the machine’s places', async () => {
    const tables = [
      'processes',
      'mutations',
      'errors',
      'server_settings',
      'disks',
      'named_collections',
      'stack_trace',
    ]
    for (const table of tables) {
      const answer = await ask(`select count() from system.${table}`)
      expect({ table, ...answer }).toEqual({ table, code: 0, text: '0\n' })
    }
    expect((await ask('show processlist')).text).toBe('')
    expect((await ask("select count() from merge('system', '^processes$')")).text).not.toMatch(/^[1-9]/)
  })

  it('has its limits whatever it asks for', async () => {
    const result = await reader.query({
      query:
        "select getSetting('max_execution_time') s, getSetting('max_threads') t, getSetting('max_memory_usage') m",
      format: 'JSONEachRow',
      clickhouse_settings: { max_execution_time: 600, max_threads: 64, max_memory_usage: '0' },
    })
    expect(await result.json()).toEqual([{ s: 60, t: 2, m: 2 * 1024 ** 3 }])
    await expect(
      reader.query({
        query: 'select count() from numbers(1000000000000)',
        clickhouse_settings: { max_execution_time: 1 },
      }),
    ).rejects.toMatchObject({ code: '159' })
  })

  it('left everything as it was', async () => {
    const result = await engine.client.query({ query: 'select a from t', format: 'JSONEachRow' })
    expect(await result.json()).toEqual([{ a: 1 }])
  })
})
