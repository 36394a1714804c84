/** Asks every stage at once, each for two seconds at most. */
import { readFeedLag, type FeedLag } from '#infra/platform/index.ts'
import { LOADER_CONSUMER } from '#warehouse/contract.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { addParked, judgeConsumer, judgeReceiver } from './judge.ts'
import { toDown, toOk, toSeconds, type HealthCheck, type Stage } from './stage.ts'

const TIMEOUT_MS = 2_000
/** The relay's name among the consumers of the outbox, where the feed goes through Kafka. */
const RELAY_CONSUMER = 'kafka-relay'
const STAGE_OF: ReadonlyMap<string, string> = new Map([
  [RELAY_CONSUMER, 'relay'],
  [LOADER_CONSUMER, 'loader'],
])
const LOADER_AWAY =
  'The loader has never run, or Postgres does not answer: what comes in waits and is not lost. Look into loader.log.'

async function readOne(check: HealthCheck): Promise<readonly Stage[]> {
  const timeout = new Promise<readonly Stage[]>((resolve) => {
    setTimeout(() => resolve([toDown(check)]), TIMEOUT_MS).unref()
  })
  return Promise.race([check.read().catch(() => [toDown(check)]), timeout])
}

/** In the order of a form's way. */
export function createHealthChecks(dependencies: ApiDependencies): readonly HealthCheck[] {
  const { postgres, ingest, dashboardsUrl } = dependencies
  const checks: HealthCheck[] = [
    {
      stage: 'receiver',
      ifDown: 'The receiver cannot say how it does.',
      read: async () => [judgeReceiver(ingest.underWay())],
    },
    {
      stage: 'postgres',
      ifDown:
        'Postgres does not answer: forms are answered 503, and phones send them again. Look into its log, the disk and its connections.',
      read: async () => {
        await postgres.pool.query('select 1')
        return [toOk('postgres')]
      },
    },
    { stage: 'loader', ifDown: LOADER_AWAY, read: async () => readConsumers(dependencies) },
    {
      stage: 'engine',
      ifDown:
        'The warehouse engine does not answer: reports are answered 503, forms are taken as ever. Look into warehouse.log.',
      read: async () => readEngine(dependencies),
    },
  ]
  if (dashboardsUrl !== null) {
    checks.push({
      stage: 'dashboards',
      ifDown: 'The pages are not served; forms and the API are. Look into dashboards.log.',
      read: async () => readDashboards(dashboardsUrl),
    })
  }
  return checks
}

/** The loader always, also before its first start; the relay and others where they are. */
async function readConsumers({ postgres }: ApiDependencies): Promise<readonly Stage[]> {
  const lags = await readFeedLag(postgres)
  const used = lags.filter((lag) => !isLeftBehind(lag, lags))
  const stages = used.map((lag) => {
    const stage = judgeConsumer(STAGE_OF.get(lag.consumer) ?? lag.consumer, lag)
    return addParked(stage, lag.parkedEvents)
  })
  const hasLoader = lags.some(({ consumer }) => consumer === LOADER_CONSUMER)
  return hasLoader ? stages : [...stages, toDown({ stage: 'loader', ifDown: LOADER_AWAY })]
}

/** A relay that the loader has overtaken is one of another time: the feed goes through Postgres alone now. */
function isLeftBehind(lag: FeedLag, lags: readonly FeedLag[]): boolean {
  const loader = lags.find(({ consumer }) => consumer === LOADER_CONSUMER)
  if (lag.consumer !== RELAY_CONSUMER || loader === undefined) return false
  const [ours, theirs] = [lag.position, loader.position]
  const [xid, loaderXid] = [BigInt(ours.xid), BigInt(theirs.xid)]
  return xid < loaderXid || (xid === loaderXid && BigInt(ours.seq) < BigInt(theirs.seq))
}

/** Its lag is the time that it takes to answer: what reports pay. */
async function readEngine({ warehouse }: ApiDependencies): Promise<readonly Stage[]> {
  const startedMs = performance.now()
  await (await warehouse.query({ query: 'select 1', format: 'JSONEachRow' })).json()
  return [{ ...toOk('engine'), lag_seconds: toSeconds((performance.now() - startedMs) / 1_000) }]
}

async function readDashboards(url: string): Promise<readonly Stage[]> {
  const response = await fetch(`${url}/_app/version.json`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  await response.body?.cancel()
  if (response.status >= 500) throw new Error('the pages fail')
  return [toOk('dashboards')]
}

/** Once for all who ask at the same time: health may be asked by anybody, as often as they like. */
export function createReadStages(checks: readonly HealthCheck[]): () => Promise<readonly Stage[]> {
  let reading: Promise<readonly Stage[]> | undefined
  return async () => {
    reading ??= Promise.all(checks.map(readOne))
      .then((stages) => stages.flat())
      .finally(() => (reading = undefined))
    return reading
  }
}
