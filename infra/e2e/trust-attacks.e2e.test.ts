/** What an attacker tries on the running platform: other people's records, torn requests, floods, too many connections. */
import { readdirSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { toCanaryXml, toMultipart } from './canary.ts'
import { startPlatform, type RunningPlatform } from './platform.ts'

const PASSWORD = 'a password of the test'
let platform: RunningPlatform
let port: number
const workers: Record<string, string> = {}

const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
const workerOf = (domain: string): { authorization: string } => ({
  authorization: basic(`asha@${domain}.commcarehq.org`, PASSWORD),
})

async function admin(path: string, body: Record<string, unknown>): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json' }
  const { text } = await platform.caller.send({ method: 'POST', path, headers, body: JSON.stringify(body) })
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
}

async function ask(path: string, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  const answer = await fetch(platform.url + path, { headers, redirect: 'manual' })
  return { status: answer.status, text: await answer.text() }
}

async function submit(domain: string, id: string, headers: Record<string, string> = workerOf(domain)) {
  const xml = toCanaryXml({ id, domain, userId: workers[domain] ?? '' })
  const type = { 'content-type': 'multipart/form-data; boundary=b' }
  const body = new Uint8Array(toMultipart(xml, { name: 'photo.jpg', type: 'image/jpeg' }))
  const url = `${platform.url}/a/${domain}/receiver/secure/`
  const answer = await fetch(url, { method: 'POST', headers: { ...type, ...headers }, body })
  await answer.text()
  return answer.status
}

/** Sends bytes as they are. @returns all that came back before the connection was closed, or the time was over. */
function sendRaw(text: string, waitMs = 2_000): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    const end = (): void => {
      socket.destroy()
      resolve(answer)
    }
    socket
      .on('data', (chunk) => (answer += chunk.toString('latin1')))
      .on('error', end)
      .on('close', end)
    setTimeout(end, waitMs).unref()
  })
}

/** How many files, connections among them, this process and its children may have open. */
function readOpenFiles(): number {
  const limit = z.object({ userLimits: z.object({ open_files: z.object({ hard: z.unknown() }) }) })
  const { hard } = limit.parse(process.report.getReport()).userLimits.open_files
  return hard === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(hard)
}

beforeAll(async () => {
  platform = await startPlatform()
  port = Number(new URL(platform.url).port)
  for (const domain of ['ours', 'theirs']) {
    await admin('/api/admin/domains', { domain })
    const body = { username: 'asha', password: PASSWORD }
    workers[domain] = String((await admin(`/api/admin/domains/${domain}/workers`, body)).user_id)
  }
})
afterAll(async () => {
  await platform?.stop()
})

describe('another domain', () => {
  it('shows nothing, by whatever id, address or credentials', async () => {
    expect(await submit('ours', 'secret-form')).toBe(201)
    expect(await submit('ours', 'secret-form-2')).toBe(201)
    const own = workerOf('ours')
    const paths = [
      'api/v1/forms/secret-form',
      'api/v1/forms/secret-form/xml',
      'api/v1/cases/case-secret-form',
      'api/v1/cases/case-secret-form/history',
      'api/v1/cases/case-secret-form/tree',
      'api/form/attachment/secret-form/photo.jpg',
      'api/v0.5/form/secret-form/',
      'api/v0.5/case/case-secret-form/',
    ]
    for (const path of paths) {
      await expect.poll(async () => (await ask(`/a/ours/${path}`, own)).status, { timeout: 10_000 }).toBe(200)
      expect([path, (await ask(`/a/ours/${path}`, workerOf('theirs'))).status]).toEqual([path, 403])
      const moved = await ask(`/a/theirs/${path}`, workerOf('theirs'))
      expect([path, moved.status]).toEqual([path, 404])
    }
    expect((await ask('/a/ours/api/v1/stream', workerOf('theirs'))).status).toBe(403)
    expect(await submit('ours', 'from-them', workerOf('theirs'))).toBe(403)
  })

  it('shows nothing behind a cursor of ours', async () => {
    const list = '/api/v1/reports/submit_history?limit=1&startdate=2020-01-01'
    const Page = z.object({ next: z.string().nullable(), rows: z.array(z.unknown()) })
    const ours = Page.parse(JSON.parse((await ask(`/a/ours${list}`, workerOf('ours'))).text))
    expect([ours.rows.length, ours.next]).toEqual([1, expect.any(String)])
    const cursor = `&cursor=${encodeURIComponent(ours.next ?? '')}`
    const theirs = Page.parse(JSON.parse((await ask(`/a/theirs${list}${cursor}`, workerOf('theirs'))).text))
    expect(theirs.rows).toEqual([])
  })
})

describe('a torn request', () => {
  const head = 'POST /api/session HTTP/1.1\r\nHost: x\r\n'
  it.each([
    ['two lengths', `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde`],
    ['a length and chunks', `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a coding that hides chunks', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['chunks before another coding', `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['a negative length', `${head}Content-Length: -1\r\n\r\n`],
    ['bare line feeds', 'GET /health HTTP/1.1\nHost: x\n\n'],
    ['NUL in a header', 'GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n'],
    [
      'a folded header',
      'GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\r\n\r\n'.replace('X-A: a\r\n b', ' X-A: a'),
    ],
    [
      'another address as its target',
      'GET http://evil.example/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    ],
    ['a way out of the root', 'GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ])('with %s is refused, and nothing behind it is heard', async (_, text) => {
    const answer = await sendRaw(`${text}GET /health HTTP/1.1\r\nHost: x\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
  })

  it('with an address of 100 kB is refused', async () => {
    expect(await sendRaw(`GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    )
  })
})

describe('a flood', () => {
  it('of a hundred wrong passwords at once keeps no phone out', async () => {
    const over = new AbortController()
    let wrong = 0
    const flood = Array.from({ length: 100 }, async (_, n) => {
      for (let guess = 0; !over.signal.aborted; guess += 1) {
        const status = await submit('ours', 'x', { authorization: basic(`guess-${n}-${guess}`, 'wrong') })
        if (status === 401) wrong += 1
      }
    })
    const times: number[] = []
    for (let form = 0; form < 30; form += 1) {
      const startedAt = performance.now()
      expect(await submit('ours', `flooded-${form}`)).toBe(201)
      times.push(performance.now() - startedAt)
    }
    over.abort()
    await Promise.all(flood)
    expect(wrong).toBeGreaterThan(0)
    expect(times.sort((a, b) => a - b)[15]).toBeLessThan(1_000)
  })

  it.skipIf(readOpenFiles() < 8_000)(
    'of connections is bounded, and those that say nothing are closed',
    async () => {
      const counts = { opened: 0, closed: 0 }
      const sockets: Socket[] = []
      for (let at = 0; at < 6_000; at += 1) {
        const socket = connect(port, '127.0.0.1', () => {
          counts.opened += 1
          socket.write('GET /health HTTP/1.1\r\nX-Slow: ')
        })
        socket
          .on('close', () => (counts.closed += 1))
          .on('error', () => undefined)
          .resume()
        sockets.push(socket)
        if (at % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
      }
      await expect.poll(() => counts.closed, { timeout: 15_000 }).toBeGreaterThan(900)
      expect(counts.closed).toBeLessThan(2_000)
      await expect.poll(() => counts.closed, { timeout: 60_000, interval: 500 }).toBe(6_000)
      for (const socket of sockets) socket.destroy()
      expect(await submit('ours', 'after-the-flood')).toBe(201)
    },
  )
})

describe('on disk', () => {
  it('nobody else reads what is kept', () => {
    const others = (path: string): number => statSync(path).mode & 0o077
    const isRoot = process.getuid?.() === 0
    // Postgres, which is another user then, passes through.
    expect(others(platform.data)).toBe(isRoot ? 0o011 : 0)
    for (const name of ['engine', 'logs', 'postgres/cluster', 'postgres/socket']) {
      const path = join(platform.data, name)
      expect([name, others(path)]).toEqual([name, 0])
    }
    const files = readdirSync(platform.data, { withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.map(({ name }) => name)).toContain('secrets.json')
    for (const name of [
      ...files.map((file) => file.name),
      'postgres/secrets.json',
      'postgres/postgres.log',
    ]) {
      expect([name, others(join(platform.data, name))]).toEqual([name, 0])
    }
  })
})
