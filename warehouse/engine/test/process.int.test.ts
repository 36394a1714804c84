import { readdir } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect, makeFolder, startChild, type Child } from './child.ts'

let folder: Awaited<ReturnType<typeof makeFolder>>
let child: Child
beforeEach(async () => {
  folder = await makeFolder()
  child = await startChild(folder.path)
})
afterEach(async () => {
  if (child.process.exitCode === null && child.process.signalCode === null) await child.end('SIGKILL')
  await folder.remove()
})

const residentBytes = (pid: number | undefined) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024
const count = async (url: string) => {
  const client = connect(url)
  const result = await client.query({ query: 'select count() from t', format: 'TabSeparated' })
  const text = await result.text()
  await client.close()
  return Number(text)
}

describe('the engine process', () => {
  it('has every acknowledged row after SIGKILL, and no more than was sent', async () => {
    const client = connect(child.said)
    await client.command({ query: 'create table t (id UInt64, doc String) engine = MergeTree order by id' })
    const doc = 'x'.repeat(200)
    const rowsSoFar = { sent: 0, acknowledged: 0 }
    const write = async () => {
      for (;;) {
        const values = Array.from({ length: 500 }, () => ({ id: rowsSoFar.sent++, doc }))
        await client.insert({ table: 't', values, format: 'JSONEachRow' })
        rowsSoFar.acknowledged += values.length
      }
    }
    const writers = Promise.allSettled([write(), write()])
    while (rowsSoFar.acknowledged < 10_000) await new Promise((next) => setTimeout(next, 5))
    await child.end('SIGKILL')
    await writers
    await client.close()
    child = await startChild(folder.path)
    const rows = await count(child.said)
    expect(rows).toBeGreaterThanOrEqual(rowsSoFar.acknowledged)
    expect(rows).toBeLessThanOrEqual(rowsSoFar.sent)
    expect(await readdir(join(folder.path, 'casehouse', 'spool'))).toEqual([])
  })

  it('lets nobody else open its folder', async () => {
    const second = await startChild(folder.path)
    expect(second.said).toBe('WAREHOUSE_ENGINE_LOCKED')
  })

  it('finishes what runs when it is asked to end', async () => {
    const client = connect(child.said)
    const slow = client
      .query({ query: 'select sleep(1), 7', format: 'TabSeparated' })
      .then((result) => result.text())
    await new Promise((next) => setTimeout(next, 300))
    await child.end('SIGTERM')
    expect(await slow).toBe('0\t7\n')
    expect(child.process.exitCode).toBe(0)
    await client.close()
  })

  it('refuses with 202 and status 503 when too many wait', async () => {
    const headers = { 'X-ClickHouse-User': 'owner', 'X-ClickHouse-Key': 'o' }
    const ask = () => fetch(`${child.said}/`, { method: 'POST', body: 'select sleep(1)', headers })
    const answers = await Promise.all(Array.from({ length: 8 }, ask))
    const statuses = answers.map((answer) => answer.status).toSorted()
    expect(statuses).toEqual([200, 200, 200, 200, 200, 503, 503, 503])
  })

  it('holds little of a long result while its reader is slow', async () => {
    const client = connect(child.said)
    await (await client.query({ query: 'select number from numbers(3000000)', format: 'JSONEachRow' })).text()
    const before = residentBytes(child.process.pid)
    // 600 MB of text, of which the reader takes little.
    const result = await client.query({
      query:
        "select repeat('x', 200) s from numbers(3000000) settings max_threads = 1, max_block_size = 8192",
      format: 'JSONEachRow',
    })
    let batches = 0
    for await (const _ of result.stream()) {
      batches += 1
      await new Promise((next) => setTimeout(next, 20))
      if (batches === 100) break
    }
    expect(residentBytes(child.process.pid) - before).toBeLessThan(150 * 1024 ** 2)
    result.close()
    await client.close()
  })

  it('logs neither texts, values nor passwords', async () => {
    const client = connect(child.said)
    await client.query({ query: 'select {x:String}, 8675309', query_params: { x: 'canary' } })
    await client.query({ query: "select canary('canary')" }).catch(() => undefined)
    await connect(child.said, { password: 'canary' })
      .query({ query: 'select 1' })
      .catch(() => undefined)
    await client.close()
    await child.end('SIGTERM')
    expect(child.log()).toContain('query finished')
    expect(child.log()).not.toMatch(/canary|8675309|"o"/)
  })
})
