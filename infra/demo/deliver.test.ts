import { describe, expect, it } from 'vitest'
import { problem } from '#infra/platform/index.ts'
import { countArrived, deliver } from './deliver.ts'
import { createProgramme } from './programme.ts'
import type { DemoRequest } from './request.ts'

const away = problem('TEST_AWAY', 'unavailable', () => 'Nobody answers.')
const size = { days: 20, workers: 4, familiesPerWorker: 4 }
const submissions =
  createProgramme(3, new Date('2026-11-24T08:00:00Z'), size).submissions.find((list) => list.length > 5) ?? []

/** A receiver that keeps what it is sent; each POST meets the next of `mishaps`, then all is well. */
function createReceiver(mishaps: ('refused' | 'lost answer' | 'busy')[], arrived = new Set<string>()) {
  const posts: string[] = []
  const request: DemoRequest = async ({ method, path, body }) => {
    if (method === 'GET') return { status: arrived.has(path.split('/')[6] ?? '') ? 200 : 404, body: null }
    const mishap = mishaps.shift()
    const formId = /instanceID>([^<]+)</.exec(String(body))?.[1] ?? ''
    posts.push(formId)
    if (mishap === 'refused') throw away({})
    if (mishap === 'busy') return { status: 503, body: null }
    arrived.add(formId)
    if (mishap === 'lost answer') throw away({})
    return { status: 201, body: null }
  }
  return { posts, to: { domain: 'demo', request, retryAfterMs: 0 } }
}

describe('deliver', () => {
  const [first] = submissions
  if (!first) throw new Error('the programme is empty')

  it('sends again what was refused, and not what only lost its answer', async () => {
    const refused = createReceiver(['refused', 'busy'])
    await deliver(refused.to, first, 'u')
    expect(refused.posts).toEqual([first.formId, first.formId, first.formId])
    const lost = createReceiver(['lost answer'])
    await deliver(lost.to, first, 'u')
    expect(lost.posts).toEqual([first.formId])
  })

  it('gives up on a refusal that will not pass', async () => {
    const request: DemoRequest = async () => ({ status: 422, body: null })
    await expect(deliver({ domain: 'demo', request }, first, 'u')).rejects.toThrow('answered 422')
  })
})

it('countArrived finds the end of what has arrived, wherever it is', async () => {
  for (let count = 0; count <= submissions.length; count += 1) {
    const arrived = new Set(submissions.slice(0, count).map(({ formId }) => formId))
    expect(await countArrived(createReceiver([], arrived).to, submissions)).toBe(count)
  }
})
