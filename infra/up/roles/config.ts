/** The environment of `serve`: what each role needs to be told. Every role reads only its own keys. */
import { z } from 'zod'
import { Secret } from '#infra/platform/index.ts'
import { PRESETS } from '#tenants/contract.ts'

const secret = (minLength: number) =>
  z
    .string()
    .min(minLength)
    .transform((text) => new Secret(text))
const address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''))
const port = z.coerce.number().int().min(0).max(65_535)
const ownerUser = z.string().default('owner').describe('Login that writes.')
const ownerPassword = secret(1).describe('Password of the login that writes.')
const readerUser = z
  .string()
  .default('reader')
  .describe('Login that may only select, for the API and for BI tools.')
const readerPassword = secret(1).describe('Password of the login that may only select.')

/** `postgres://…`, also with the folder of a socket as its host, which is no URL to the standard. */
const DatabaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//)
  .transform((text) => new Secret(text))
  .describe('Address of Postgres with user and password, `postgres://…`; `up` without it runs its own.')

const Warehouse = {
  CLICKHOUSE_URL: address.describe('Address of ClickHouse over HTTP; `up` without it runs its own.'),
  CLICKHOUSE_DATABASE: z.string().default('default').describe('Where the tables of reports are.'),
}

const Archive = {
  CASEHOUSE_ARCHIVE_URL: z
    .string()
    .regex(/^(file:\/\/\/|s3:\/\/)\S+$/)
    .optional()
    .describe(
      'Where forms are kept in the long run: `file:///folder` or `s3://bucket/prefix`; `up` without it uses `archive` in its data directory, `serve` without it leaves forms in Postgres.',
    ),
  CASEHOUSE_ARCHIVE_ENDPOINT: address
    .optional()
    .describe('Address of a server that speaks the protocol of S3; without it Amazon’s own.'),
  CASEHOUSE_ARCHIVE_REGION: z.string().min(1).default('us-east-1').describe('Region of the bucket.'),
  CASEHOUSE_ARCHIVE_ACCESS_KEY: z
    .string()
    .min(1)
    .optional()
    .describe('Id of the access key; without it what the machine itself is given, like a role.'),
  CASEHOUSE_ARCHIVE_SECRET_KEY: secret(1).optional().describe('The secret half of the access key.'),
  CASEHOUSE_ARCHIVE_PATH_STYLE: z
    .stringbool()
    .default(true)
    .describe('Whether the bucket stands in the path, as most servers take it, or before the host.'),
}
/** For a command that works on the data itself. */
export const ArchiveKeys = z.object(Archive)
const CASEHOUSE_ARCHIVE_AFTER_MINUTES = z.coerce
  .number()
  .int()
  .min(0)
  .max(527_040)
  .default(60)
  .describe(
    'How long a form stays in Postgres, unchanged, before it is archived; 0: at once, in small objects, for tests.',
  )

export const ApiEnv = z.object({
  DATABASE_URL: DatabaseUrl,
  ...Warehouse,
  CLICKHOUSE_READER_USER: readerUser,
  CLICKHOUSE_READER_PASSWORD: readerPassword,
  CASEHOUSE_OPERATOR_TOKEN: secret(32).describe('What the command line shows to act as the operator.'),
  CASEHOUSE_INSTANCE_ID: z
    .string()
    .min(8)
    .optional()
    .describe('Tells one start from the next; random without it.'),
  CASEHOUSE_HOST: z.string().default('127.0.0.1').describe('Address on which the API listens.'),
  CASEHOUSE_PORT: port.default(8400).describe('TCP port of the API.'),
  ...Archive,
  CASEHOUSE_LIMITS: z
    .enum(PRESETS)
    .default('laptop')
    .describe(
      'Rates that hold where nothing else is set: what a laptop takes in, the figures of the reference, or none (`limits.md`).',
    ),
  CASEHOUSE_PUBLIC_URL: address
    .optional()
    .describe(
      'How people reach the platform through a proxy; with `https://`, cookies are sent over TLS only.',
    ),
  CASEHOUSE_CONTROL_URL: address
    .optional()
    .describe(
      'Where the supervisor answers; set by `up`, so that `/metrics` shows the numbers of every process.',
    ),
  CASEHOUSE_DASHBOARDS_URL: address
    .optional()
    .describe('Where the pages are served; without it there are none.'),
})
export type ApiEnv = z.infer<typeof ApiEnv>

const Kafka = {
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{0,80}$/)
    .default('')
    .describe('Stands before each topic and consumer group, for platforms that share a cluster.'),
  KAFKA_TLS: z.stringbool().default(false).describe('Whether the brokers are spoken to over TLS.'),
  KAFKA_USERNAME: z
    .string()
    .optional()
    .describe('Login at the brokers (SCRAM-SHA-512); without it none is shown.'),
  KAFKA_PASSWORD: secret(1).optional().describe('Password of that login.'),
}
const brokers = z
  .string()
  .regex(/^[^,\s]+:\d+(,[^,\s]+:\d+)*$/)
  .transform((list): readonly string[] => list.split(','))
const KAFKA_BROKERS =
  'Brokers of Apache Kafka, `host:port,host:port`; with it the feed goes through Kafka, without it through Postgres alone.'

/** The relay, which publishes the outbox to Kafka. */
export const FeedEnv = z.object({
  DATABASE_URL: DatabaseUrl,
  KAFKA_BROKERS: brokers.describe(KAFKA_BROKERS),
  ...Kafka,
  KAFKA_PARTITIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(6)
    .describe('Partitions of a topic that the relay makes; fixed for the life of the topic.'),
  KAFKA_REPLICAS: z.coerce
    .number()
    .int()
    .min(1)
    .max(9)
    .default(1)
    .describe('Copies of each partition of a topic that the relay makes; 3 on a cluster.'),
  KAFKA_RETENTION_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .default(168)
    .describe('Hours that a topic made by the relay keeps its messages.'),
})
export type FeedEnv = z.infer<typeof FeedEnv>

export const LoaderEnv = z.object({
  DATABASE_URL: DatabaseUrl,
  KAFKA_BROKERS: brokers.optional().describe(KAFKA_BROKERS),
  ...Kafka,
  ...Warehouse,
  CLICKHOUSE_OWNER_USER: ownerUser,
  CLICKHOUSE_OWNER_PASSWORD: ownerPassword,
})
export type LoaderEnv = z.infer<typeof LoaderEnv>

export const WarehouseEnv = z.object({
  CASEHOUSE_ENGINE_DATA: z.string().describe('Folder of the embedded ClickHouse.'),
  CASEHOUSE_ENGINE_HOST: z.string().default('127.0.0.1').describe('Address on which the engine listens.'),
  CASEHOUSE_ENGINE_PORT: port.default(8401).describe('TCP port of the engine.'),
  CLICKHOUSE_OWNER_USER: ownerUser,
  CLICKHOUSE_OWNER_PASSWORD: ownerPassword,
  CLICKHOUSE_READER_USER: readerUser,
  CLICKHOUSE_READER_PASSWORD: readerPassword,
})
export type WarehouseEnv = z.infer<typeof WarehouseEnv>

export const DashboardsEnv = z.object({
  API_URL: address.describe('Where the API answers, as the process of the pages reaches it.'),
  CASEHOUSE_DASHBOARDS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address on which the pages are served.'),
  CASEHOUSE_DASHBOARDS_PORT: port.default(8402).describe('TCP port of the pages.'),
})
export type DashboardsEnv = z.infer<typeof DashboardsEnv>

/** What is too much in the warehouse is removed by the loader: the keeper only reads there. */
export const KeeperEnv = z.object({
  DATABASE_URL: DatabaseUrl,
  ...Warehouse,
  CLICKHOUSE_READER_USER: readerUser,
  CLICKHOUSE_READER_PASSWORD: readerPassword,
  ...Archive,
  CASEHOUSE_ARCHIVE_AFTER_MINUTES,
})
export type KeeperEnv = z.infer<typeof KeeperEnv>

/** What each role reads. */
export const ROLE_SCHEMAS = {
  warehouse: WarehouseEnv,
  loader: LoaderEnv,
  keeper: KeeperEnv,
  feed: FeedEnv,
  api: ApiEnv,
  dashboards: DashboardsEnv,
} as const

/** What every role reads besides. */
export const ProcessEnv = z.object({
  CASEHOUSE_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('From which level on lines are logged.'),
  CASEHOUSE_TRACES_URL: address
    .optional()
    .describe(
      'Where traces are sent: an OTLP receiver over HTTP, `http://127.0.0.1:4318/v1/traces`; without it there are none.',
    ),
  OTEL_EXPORTER_OTLP_ENDPOINT: address
    .optional()
    .describe('The same in the words of OpenTelemetry, without `/v1/traces`.'),
  CASEHOUSE_TRACES_RATIO: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe('Part of the forms that traces follow, from 0 to 1.'),
  CASEHOUSE_METRICS_PORT: port
    .optional()
    .describe(
      'TCP port where this process shows its own numbers; without it, none. `up` gathers those of all at the API.',
    ),
  CASEHOUSE_METRICS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe(
      'Address of that port. There is no login there: choose one that only the machine that reads it reaches.',
    ),
  CASEHOUSE_SUPERVISED: z
    .stringbool()
    .default(false)
    .describe('Set by `up` for its processes: it talks to them over IPC.'),
  CASEHOUSE_FAIL_POINTS: z
    .string()
    .default('')
    .describe('For kill tests alone: `POINT=kill|stop|fail[:N]`, where this process shall fail.'),
  CASEHOUSE_FAIL_POINTS_FILE: z
    .string()
    .optional()
    .describe(
      'For kill tests alone: a file that says the same while the process runs; `up` is told a folder, CASEHOUSE_FAIL_POINTS_DIR.',
    ),
})
export type ProcessEnv = z.infer<typeof ProcessEnv>
