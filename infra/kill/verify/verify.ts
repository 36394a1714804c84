/** At the end: the clients' records against Postgres, Postgres against the warehouse, and nothing left on the way between them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Postgres } from '#infra/platform/contract.ts'
import type { WarehouseClient } from '#infra/platform/index.ts'
import type { ApiCaller } from '../../up/caller/caller.ts'
import type { ClientRecord } from '../clients/record.ts'
import { verifyArchive } from './archive.ts'
import { verifyCases } from './cases.ts'
import type { Finding } from './finding.ts'
import { verifyForms } from './forms.ts'
import { verifyChanges, verifySum } from './numbers.ts'
import { readCases, readForms, recount, RECOUNTS, type SumName } from './read-postgres.ts'
import { readChanges, readFacts, readSum } from './read-warehouse.ts'

export interface Stores {
  readonly records: readonly ClientRecord[]
  readonly domains: readonly string[]
  readonly postgres: Postgres
  readonly warehouse: WarehouseClient
}

export interface VerifyAsked extends Stores {
  readonly caller: ApiCaller
}

const CATCH_UP_MS = 120_000

const Feed = z.object({
  consumers: z.array(
    z.looseObject({ name: z.string(), waiting_events: z.number(), parked_events: z.number() }),
  ),
})
const Audit = z.looseObject({ differences: z.array(z.record(z.string(), z.unknown())) })

/** Waits for the consumers first. */
export async function verify(asked: VerifyAsked): Promise<readonly Finding[]> {
  const { records, domains, caller } = asked
  const feed = await verifyFeed(caller)
  return [
    ...records.flatMap(verifyClient),
    ...feed,
    ...(await verifyStores(asked)),
    ...(await verifyAudit(caller, domains)),
    ...(await verifyArchive(
      caller,
      records.flatMap((record) => record.forms),
    )),
  ]
}

/** Compared, not sampled: every form, case, change and sum. */
export async function verifyStores({
  records,
  domains,
  postgres,
  warehouse,
}: Stores): Promise<readonly Finding[]> {
  const forms = records.flatMap((record) => record.forms)
  const cases = await readCases(postgres, domains)
  const sums: Finding[] = []
  for (const name of Object.keys(RECOUNTS) as SumName[]) {
    sums.push(
      ...verifySum(name, await recount(postgres, name, domains), await readSum(warehouse, name, domains)),
    )
  }
  const facts = (await recount(postgres, 'cases', domains)).map(
    ({ key, numbers: { amount: _none, ...numbers } }) => ({
      key,
      numbers,
    }),
  )
  const versions = new Map(cases.map(({ case_id: id, version }) => [id, version]))
  return [
    ...verifyForms(forms, await readForms(postgres, domains)),
    ...verifyCases(forms, cases),
    ...sums,
    ...verifySum('case_facts', facts, await readFacts(warehouse, domains)),
    ...verifyChanges(versions, await readChanges(warehouse, domains)),
  ]
}

function verifyClient({ clientId: id, unanswered, complaints }: ClientRecord): readonly Finding[] {
  return [
    ...unanswered.map((detail): Finding => ({
      kind: 'answer',
      place: 'client',
      id,
      detail: `no answer ${detail}`,
    })),
    ...complaints.map(({ at, what, detail }): Finding => ({
      kind: 'answer',
      place: 'client',
      id,
      detail: `${at} ${what}: ${detail}`,
    })),
  ]
}

async function verifyFeed(caller: ApiCaller): Promise<readonly Finding[]> {
  const endsAt = performance.now() + CATCH_UP_MS
  for (;;) {
    const answer = await caller.send({ method: 'GET', path: '/api/admin/feed' })
    const { consumers } = Feed.parse(JSON.parse(answer.text))
    const isDone = consumers.length > 0 && consumers.every(({ waiting_events: waiting }) => waiting === 0)
    if (isDone || performance.now() > endsAt) {
      return consumers.flatMap(
        ({ name, waiting_events: waiting, parked_events: parked }): readonly Finding[] =>
          waiting + parked === 0
            ? []
            : [{ kind: 'feed', place: 'feed', id: name, detail: `${waiting} wait, ${parked} are parked` }],
      )
    }
    await sleep(200)
  }
}

async function verifyAudit(caller: ApiCaller, domains: readonly string[]): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const domain of domains) {
    const answer = await caller.send({
      method: 'POST',
      path: '/api/admin/audit',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ domain, repair: false }),
    })
    for (const difference of Audit.parse(JSON.parse(answer.text)).differences) {
      findings.push({
        kind: 'sum',
        place: 'warehouse',
        id: `audit ${domain}`,
        detail: JSON.stringify(difference),
      })
    }
  }
  return findings
}
