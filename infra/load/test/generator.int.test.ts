/** The generator's own process against a server that answers as it is told. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { toConstantPlan } from '../bench/plans.ts'
import type { Acknowledged } from '../generator/plan.ts'
import { generate } from '../generator/start-generator.ts'

let server: Server | undefined
afterEach(() => server?.close())

type Answer = { readonly status: number; readonly afterMs: number }

async function listen(toAnswer: (sinceMs: number) => Answer): Promise<string> {
  let startedAt: number | undefined
  server = createServer((request, response) => {
    request.resume()
    startedAt ??= performance.now()
    const { status, afterMs } = toAnswer(performance.now() - startedAt)
    setTimeout(() => {
      if (status === 429) response.setHeader('retry-after', '3')
      response.writeHead(status).end('<OpenRosaResponse />')
    }, afterMs)
  })
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done))
  // A TCP server's address is an object.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const toPlan = (url: string, tellEvery: number) =>
  toConstantPlan(
    { url, scenario: 'submit', target: { domains: ['one'], authorization: null, seed: 1 }, tellEvery },
    50,
    2,
  )

it('shows a stall of the server in the p99 and tells of every form that was acknowledged', async () => {
  const url = await listen((ms) => ({ status: 201, afterMs: ms >= 500 && ms < 1_500 ? 1_500 - ms : 0 }))
  const told: Acknowledged[] = []
  const result = await generate(toPlan(url, 1), (forms) => told.push(...forms))
  expect(result).toMatchObject({ started: 100, completed: 100, failed: 0, dropped: 0, errors: {} })
  expect(result.latency.p95).toBeGreaterThan(800)
  expect(new Set(told.map(({ formId }) => formId)).size).toBe(100)
  expect(told.every(({ at }) => Math.abs(at - Date.now()) < 30_000)).toBe(true)
})

it('counts refusals by their status, and those that say when to come back', async () => {
  const url = await listen((ms) => ({ status: ms >= 1_000 ? 429 : 201, afterMs: 0 }))
  const result = await generate(toPlan(url, 0))
  const refused = result.errors['submit: status 429 in place of 201'] ?? 0
  expect(refused).toBeGreaterThan(10)
  expect(result).toMatchObject({ failed: refused, retryAfter: refused, completed: 100 - refused })
})

it('tells of a server that is not there', async () => {
  const result = await generate(toPlan('http://127.0.0.1:9', 0))
  expect(result.errors).toEqual({ 'network: ECONNREFUSED': 100 })
})
