import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestEngine, type TestEngine } from '#infra/harness/index.ts'

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine({ applyDdl: false })
  await post('create table t (a UInt32, b String) engine = MergeTree order by a')
})
afterAll(async () => engine?.drop())

const headers = () => ({
  'X-ClickHouse-User': engine.owner.username,
  'X-ClickHouse-Key': engine.owner.password,
})
const ask = (query: string, init: RequestInit = {}) =>
  fetch(`${engine.url}/?database=${engine.database}&${query}`, {
    ...init,
    headers: { ...headers(), ...(init.headers as object) },
  })
const post = (body: string | Uint8Array<ArrayBuffer>, query = '', more: Record<string, string> = {}) =>
  ask(query, { method: 'POST', body, headers: more })
const run = promisify(execFile)
const curl = async (...args: string[]) => {
  const { stdout } = await run('curl', [
    '-sS',
    '-u',
    `${engine.owner.username}:${engine.owner.password}`,
    ...args,
  ])
  return stdout
}

describe('curl', () => {
  it('asks by GET and by POST', async () => {
    expect(await curl(`${engine.url}/ping`)).toBe('Ok.\n')
    expect(await curl(`${engine.url}/?query=select%201%2B1`)).toBe('2\n')
    expect(await curl(`${engine.url}/`, '--data-binary', 'select 1, 2 format CSV')).toBe('1,2\n')
    expect(await curl(`${engine.url}/?query=select%20%7Bx%3AString%7D&param_x=a%27b`)).toBe("a\\'b\n")
  })

  it('may change nothing by GET', async () => {
    const answer = await ask(`query=${encodeURIComponent('drop table t')}`)
    expect([answer.status, answer.headers.get('x-clickhouse-exception-code')]).toEqual([403, '164'])
  })
})

describe('an insert', () => {
  it.each([
    ['query in the URL', 'query=insert%20into%20t%20format%20CSV', '1,"x"\n'],
    ['all in the body', '', 'insert into t format CSV\n1,"x"\n'],
    ['values in the body', '', "insert into t values (1, 'x')"],
    ['values behind the URL', 'query=insert%20into%20t%20values', "(1, 'x')"],
    ['an expression', '', "insert into t values (2 - 1, lower('X'))"],
    ['from a select', '', "insert into t select 1, 'x'"],
  ])('takes %s', async (_, query, body) => {
    await post('truncate table t')
    const answer = await post(body, query)
    expect(await answer.text()).toBe('')
    expect(await (await post('select * from t format CSV')).text()).toBe('1,"x"\n')
  })

  it.each([
    'Native',
    'Parquet',
    'RowBinary',
    'ArrowStream',
    'Avro',
    'ORC',
    'TSVWithNames',
    'JSON',
    'BSONEachRow',
  ])('takes back what it gave as %s', async (format) => {
    await post('truncate table t')
    const rows = `select toUInt32(number) a, toString(number) b from numbers(100000) format ${format}`
    const data = new Uint8Array(await (await post(rows)).arrayBuffer())
    const answer = await post(data, `query=${encodeURIComponent(`insert into t format ${format}`)}`)
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    const sums = await (await post('select count(), sum(a), uniqExact(b) from t format CSV')).text()
    expect(sums).toBe('100000,4999950000,100000\n')
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ] as const)('takes a body packed with %s', async (encoding, pack) => {
    await post('truncate table t')
    await post(new Uint8Array(pack(Buffer.from('insert into t format CSV\n1,"x"\n'))), '', {
      'Content-Encoding': encoding,
    })
    expect(await (await post('select count() from t')).text()).toBe('1\n')
  })

  it('refuses a body that is not what it says', async () => {
    const answer = await post('select 1', '', { 'Content-Encoding': 'gzip' })
    expect([answer.status, answer.headers.get('x-clickhouse-exception-code')]).toEqual([400, '117'])
  })
})

describe('an answer', () => {
  it('carries ClickHouse’s headers', async () => {
    const answer = await post('select number from numbers(3)', 'query_id=mine&default_format=JSONCompact')
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-clickhouse-query-id': 'mine',
      'x-clickhouse-format': 'JSONCompact',
      'x-clickhouse-timezone': expect.any(String),
      'x-clickhouse-server-display-name': expect.any(String),
      'content-type': 'application/json; charset=UTF-8',
    })
    expect(JSON.parse(answer.headers.get('x-clickhouse-summary') ?? '')).toMatchObject({
      read_rows: '3',
      result_bytes: expect.any(String),
    })
    expect((await answer.json()) as object).toMatchObject({
      rows: 3,
      data: [['0'], ['1'], ['2']].map(([n]) => [Number(n)]),
    })
  })

  // `fetch` would unpack gzip, deflate and br by itself.
  it.each([
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
    ['br', brotliDecompressSync],
    ['zstd', zstdDecompressSync],
  ] as const)('is packed with %s when asked', async (encoding, unpack) => {
    const { stdout } = await run(
      'curl',
      [
        '-sS',
        '-H',
        `Accept-Encoding: ${encoding}`,
        '-u',
        `${engine.owner.username}:${engine.owner.password}`,
        `${engine.url}/?enable_http_compression=1`,
        '--data-binary',
        'select number from numbers(100000)',
      ],
      { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 },
    )
    const lines = unpack(stdout).toString().trimEnd().split('\n')
    expect(stdout.length).toBeLessThan(400_000)
    expect([lines.length, lines.at(-1)]).toEqual([100_000, '99999'])
  })

  it.each([
    ['select * from nope', 404, '60'],
    ['selec', 400, '62'],
    ['select 1; select 2', 400, '62'],
    ['', 200, null],
  ])('to %j has its status', async (query, status, code) => {
    const answer = await post(query)
    expect([answer.status, answer.headers.get('x-clickhouse-exception-code')]).toEqual([status, code])
    expect(await answer.text()).toMatch(
      code === null ? /^Ok\.\n$/ : new RegExp(`^Code: ${code}\\. DB::Exception: .*\\(version 26`, 's'),
    )
  })

  it('without a login is 401, and asks for one', async () => {
    const answer = await fetch(`${engine.url}/?query=select%201`)
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="ClickHouse"'])
  })
})
