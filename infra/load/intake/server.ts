/** The API process of the intake benchmark: the real receiver over the real pipeline. Prints its address. */
import { createApi } from '#api/index.ts'
import { z } from 'zod'
import { PRESETS } from '#tenants/contract.ts'
import {
  createLog,
  createMetrics,
  createPostgres,
  createTracing,
  createWarehouseClient,
  Secret,
} from '#infra/platform/index.ts'

const log = createLog({ name: 'bench-api', level: 'error' })
const postgres = createPostgres({
  ...JSON.parse(process.env['BENCH_POSTGRES'] ?? '{}'),
  password: new Secret(process.env['BENCH_PASSWORD'] ?? ''),
  maxConnections: 10,
})
// Intake never asks the warehouse; nothing listens there.
const warehouse = createWarehouseClient({
  url: 'http://127.0.0.1:9',
  username: 'none',
  password: new Secret('none'),
  database: 'none',
})
const metrics = createMetrics({ role: 'bench' })
const tracing = await createTracing({
  url: process.env['BENCH_TRACES_URL'],
  ratio: Number(process.env['BENCH_TRACES_RATIO'] ?? 0),
  role: 'bench',
  metrics,
  log,
})
const app = await createApi({
  postgres,
  warehouse,
  log,
  operatorToken: new Secret(process.env['BENCH_TOKEN'] ?? ''),
  dashboardsUrl: null,
  now: () => new Date(),
  instanceId: 'bench',
  metrics,
  tracing,
  // Most benchmarks measure what the machine does.
  limitPreset: z.enum(PRESETS).default('off').parse(process.env['BENCH_LIMITS']),
})
// The process that measures asks for our CPU time, and lets us leave by ourselves, so that a profile is written.
process.on('message', (message) => {
  if (message === 'cpu') process.send?.(process.cpuUsage())
  if (message === 'exit') process.exit(0)
})
process.send?.({ url: await app.listen({ host: '127.0.0.1', port: 0 }) })
