import { Readable } from 'node:stream'
import { createClient, type ClickHouseClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestEngine, type TestEngine } from '#infra/harness/index.ts'

let engine: TestEngine
let client: ClickHouseClient
const connect = (options: Parameters<typeof createClient>[0] = {}) =>
  createClient({ url: engine.url, ...engine.owner, database: engine.database, ...options })

beforeAll(async () => {
  engine = await startTestEngine({ applyDdl: false })
  client = connect()
  await client.command({
    query: "create table t (id UInt64, name String default 'none') engine = MergeTree order by id",
  })
})

afterAll(async () => {
  await client?.close()
  await engine?.drop()
})

const one = async (query: string, options: object = {}) => {
  const result = await client.query({ query, format: 'JSONEachRow', ...options })
  const [row] = await result.json<Record<string, unknown>>()
  return row
}

describe('the stock client', () => {
  it('pings', async () => {
    expect(await client.ping()).toEqual({ success: true })
    expect(await client.ping({ select: true })).toEqual({ success: true })
  })

  it('binds parameters of many types, whatever is in them', async () => {
    const nasty = "a'b\\c\td\ne`\"%'; drop table t; -- é \u{1F600}"
    const row = await one(
      `select {s:String} s, {a:Array(String)} a, {m:Map(String, UInt8)} m, {d:DateTime64(6, 'UTC')} d,
              {n:Nullable(String)} n, toString({u:UInt64}) u, {b:Bool} b, count() c from {t:Identifier}`,
      {
        query_params: {
          s: nasty,
          a: [nasty, ''],
          m: { k: 1 },
          d: '2024-03-01 08:00:00.000001',
          n: null,
          u: '18446744073709551615',
          b: true,
          t: 't',
        },
      },
    )
    expect(row).toEqual({
      s: nasty,
      a: [nasty, ''],
      m: { k: 1 },
      d: '2024-03-01 08:00:00.000001',
      n: null,
      u: '18446744073709551615',
      b: true,
      c: 0,
    })
  })

  it('keeps parameters and settings of parallel queries apart', async () => {
    const rows = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        one("select {x:String} x, getSetting('max_block_size') y", {
          query_params: { x: `v${i}` },
          clickhouse_settings: { max_block_size: String(1_000 + i) },
        }),
      ),
    )
    expect(rows).toEqual(Array.from({ length: 40 }, (_, i) => ({ x: `v${i}`, y: 1_000 + i })))
    await expect(one('select {x:String}')).rejects.toMatchObject({ code: '456' })
  })

  it('raises ClickHouse’s own errors', async () => {
    await expect(one('select * from nope')).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' })
    await expect(one('selec 1')).rejects.toMatchObject({ code: '62' })
    await expect(connect({ database: 'nope' }).query({ query: 'select 1' })).rejects.toMatchObject({
      code: '81',
    })
    const wrong = connect({ password: 'wrong' })
    await expect(wrong.query({ query: 'select 1' })).rejects.toMatchObject({ code: '516' })
  })

  it('is told of an exception behind a part of the result', async () => {
    const result = await client.query({
      query: 'select throwIf(number = 3000000) x from numbers(5000000)',
      format: 'JSONEachRow',
      clickhouse_settings: { max_threads: 1 },
    })
    let rows = 0
    const read = async () => {
      for await (const batch of result.stream()) rows += batch.length
    }
    await expect(read()).rejects.toMatchObject({ code: '395' })
    expect(rows).toBeGreaterThan(0)
  })

  it('streams a million rows to a slow reader', async () => {
    const result = await client.query({
      query: 'select number n from numbers(1000000)',
      format: 'JSONEachRow',
    })
    let [rows, sum, batches] = [0, 0, 0]
    for await (const batch of result.stream<{ n: number }>()) {
      rows += batch.length
      for (const row of batch) sum += row.json().n
      batches += 1
      if (batches % 10 === 0) await new Promise((done) => setTimeout(done, 5))
    }
    expect([rows, sum]).toEqual([1_000_000, 499_999_500_000])
  })

  it('inserts rows, streams and packed bodies, and says how many', async () => {
    await client.command({ query: 'truncate table t' })
    const { summary } = await client.insert({
      table: 't',
      values: [{ id: 1, name: 'é\n' }, { id: 2 }],
      format: 'JSONEachRow',
    })
    expect(summary).toMatchObject({ written_rows: '2' })
    const lines = Readable.from(
      Array.from({ length: 50_000 }, (_, i) => [i + 10, 's']),
      { objectMode: true },
    )
    await client.insert({ table: 't', values: lines, format: 'JSONCompactEachRow' })
    const packing = connect({ compression: { request: true, response: true } })
    await packing.insert({ table: 't', columns: ['id'], values: [[3], [4]], format: 'JSONCompactEachRow' })
    const result = await packing.query({
      query: "select count() c, countIf(name = 'none') d from t",
      format: 'JSON',
    })
    expect((await result.json()).data).toEqual([{ c: 50_004, d: 3 }])
    await packing.close()
  })

  it('leaves nothing behind of an insert that fails', async () => {
    await client.command({ query: 'truncate table t' })
    const values = [{ id: 1 }, { id: 'no number' }]
    const error: unknown = await client
      .insert({ table: 't', values, format: 'JSONEachRow' })
      .catch((e: unknown) => e)
    expect(error).toMatchObject({ code: '27' })
    expect(String(error)).not.toContain('/spool/')
    expect(await one('select count() c from t')).toEqual({ c: 0 })
  })

  it('ends a query whose client leaves, and one that is killed by its id', async () => {
    const leaving = new AbortController()
    const left = client.query({
      query: 'select count() from numbers(1000000000000)',
      query_id: 'left',
      abort_signal: leaving.signal,
    })
    const killed = client.query({ query: 'select count() from numbers(1000000000000)', query_id: 'killed' })
    const seen = Promise.allSettled([left, killed])
    await until(async () => (await running()) === 2)
    leaving.abort()
    await client.command({ query: "kill query where query_id = 'killed' sync" })
    await expect(killed).rejects.toMatchObject({ code: '394' })
    await seen
    await until(async () => (await running()) === 0)
  })

  const running = async () =>
    Number(
      (
        await one(
          "select count() c from system.processes where Settings['log_comment'] in ('left', 'killed')",
        )
      )?.['c'],
    )
  const until = async (done: () => Promise<boolean>) => {
    const deadline = Date.now() + 5_000
    while (!(await done())) {
      if (Date.now() > deadline) throw new Error('never came')
      await new Promise((next) => setTimeout(next, 50))
    }
  }

  it('stops an endless result when nobody reads on', async () => {
    const result = await client.query({
      query: 'select number from system.numbers',
      query_id: 'left',
      format: 'TabSeparated',
    })
    const stream = result.stream()
    for await (const _ of stream) break
    result.close()
    await until(async () => (await running()) === 0)
    expect(await running()).toBe(0)
  })

  it('runs as many as there are connections at once', async () => {
    const startedAt = performance.now()
    await Promise.all([1, 2, 3, 4].map(() => one('select sleep(1)')))
    expect(performance.now() - startedAt).toBeLessThan(1_900)
  })

  it('refuses a second query under a running id', async () => {
    const first = one('select sleep(1)', { query_id: 'same' })
    await new Promise((next) => setTimeout(next, 200))
    await expect(one('select 1', { query_id: 'same' })).rejects.toMatchObject({ code: '216' })
    await first
  })

  it('keeps a session’s temporary table to that session', async () => {
    const session = connect({ session_id: `s-${engine.database}` })
    await session.command({ query: 'create temporary table mine (a UInt8)' })
    await session.insert({ table: 'mine', values: [{ a: 7 }], format: 'JSONEachRow' })
    const result = await session.query({ query: 'select a from mine', format: 'JSONEachRow' })
    expect(await result.json()).toEqual([{ a: 7 }])
    await expect(one('select a from mine')).rejects.toMatchObject({ code: '60' })
    await session.close()
  })
})

describe('a repeated insert', () => {
  it('is counted once, in the table and behind its view', async () => {
    const window = 'settings non_replicated_deduplication_window = 100'
    await client.command({
      query: `create table facts (k UInt8, v UInt64) engine = MergeTree order by k ${window}`,
    })
    await client.command({
      query: `create table sums (k UInt8, n SimpleAggregateFunction(sum, UInt64)) engine = AggregatingMergeTree order by k ${window}`,
    })
    await client.command({
      query: 'create materialized view to_sums to sums as select k, count() n from facts group by k',
    })
    const values = Array.from({ length: 1_000 }, (_, v) => ({ k: 1, v }))
    const send = (token: string) =>
      client.insert({
        table: 'facts',
        values,
        format: 'JSONEachRow',
        clickhouse_settings: { insert_deduplication_token: token },
      })
    for (const token of ['a', 'a', 'a', 'b']) await send(token)
    expect(await one('select count() c from facts')).toEqual({ c: 2_000 })
    expect(await one('select sum(n) n from sums')).toEqual({ n: 2_000 })
  })
})
