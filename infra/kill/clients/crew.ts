/** Everybody who works during a run: their project spaces and logins, and one client more that looks whether a fault is overcome. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { setUpRefused } from '../problems.ts'
import type { Stage } from '../stage/stage.ts'
import { createClient, type Client } from './client.ts'
import { startArchiving } from './operator.ts'
import type { ClientRecord } from './record.ts'

export interface Crew {
  readonly domains: readonly string[]
  /** Begins to work. */
  start(): void
  /** A form of its own. @returns its id once it is acknowledged; undefined when everybody has given up */
  probe(): Promise<string | undefined>
  /** Begins nothing new, waits until all is acknowledged, at most so long. */
  finish(patienceMs: number): Promise<readonly ClientRecord[]>
}

export interface CrewAsked {
  readonly stage: Stage
  readonly seed: number
  readonly domains: number
  readonly clientsPerDomain: number
  readonly longestPauseMs: number
  /** Called when the project spaces are there and hold nothing yet. */
  readonly beforeForms: (domains: readonly string[]) => Promise<void>
}

const Worker = z.looseObject({ user_id: z.string(), full_username: z.string() })
const PROBE = 'probe'

export async function gatherCrew(asked: CrewAsked): Promise<Crew> {
  const { stage, seed } = asked
  const ending = new AbortController()
  const givingUp = new AbortController()
  const domains = Array.from({ length: asked.domains }, (_, n) => `kill-${n + 1}`)
  const clients: Client[] = []
  for (const domain of domains) await post(stage, '/api/admin/domains', { domain })
  await asked.beforeForms(domains)
  for (const [n, domain] of domains.entries()) {
    const names = Array.from({ length: asked.clientsPerDomain }, (_, at) => `w${n + 1}x${at + 1}`)
    const founder = await employ(`founder${n + 1}`, domain, '')
    const sharedFormId = await founder.createOne()
    if (sharedFormId === undefined) throw setUpRefused({ path: 'receiver', status: 0 })
    const sharedCaseId = founder.record().forms[0]?.versions[0]?.changes[0]?.caseId ?? ''
    clients.push(founder)
    for (const name of names) clients.push(await employ(name, domain, sharedCaseId))
  }
  const prober = await employ(PROBE, domains[0] ?? '', '')

  async function employ(clientId: string, domain: string, sharedCaseId: string): Promise<Client> {
    const password = randomBytes(12).toString('base64url')
    const path = `/api/admin/domains/${domain}/workers`
    const made = Worker.parse(await post(stage, path, { username: clientId, password }))
    const basic = Buffer.from(`${made.full_username}:${password}`).toString('base64')
    return createClient({
      url: stage.url,
      seed,
      clientId,
      domain,
      worker: { userId: made.user_id, username: clientId, authorization: `Basic ${basic}` },
      operatorAuthorization: `Bearer ${stage.operatorToken}`,
      sharedCaseId,
      longestPauseMs: asked.longestPauseMs,
      ending: ending.signal,
      givingUp: givingUp.signal,
    })
  }

  let working: readonly Promise<void>[] = []
  let stopArchiving = async (): Promise<void> => undefined
  let probing: Promise<unknown> = Promise.resolve()
  return {
    domains,
    start() {
      // Founders have done their part.
      stopArchiving = startArchiving(stage)
      working = clients.filter((client) => client.record().forms.length === 0).map((client) => client.run())
    },
    probe() {
      // A client does one thing after the other, so probes of overlapping faults wait for each other.
      const mine = probing.then(() => prober.createOne())
      probing = mine.catch(() => undefined)
      return mine
    },
    async finish(patienceMs) {
      ending.abort()
      await stopArchiving()
      const timer = setTimeout(() => givingUp.abort(), patienceMs)
      await Promise.all([...working, probing])
      clearTimeout(timer)
      const everybody = [...clients, prober]
      await Promise.all(everybody.map((client) => client.close()))
      return everybody.map((client) => client.record())
    },
  }
}

async function post(stage: Stage, path: string, body: Readonly<Record<string, unknown>>): Promise<unknown> {
  const answer = await stage.caller.send({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (answer.status > 299) throw setUpRefused({ path, status: answer.status })
  return JSON.parse(answer.text)
}
