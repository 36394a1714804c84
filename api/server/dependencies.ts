import type { ClickHouseClient } from '@clickhouse/client'
import type { Log, Metrics, Postgres, Secret, Tracing } from '#infra/platform/index.ts'
import type { Archive, Ingest, IngestReads } from '#ingest/index.ts'
import type { LimitPreset } from '#tenants/contract.ts'
import type { Tenants } from '#tenants/index.ts'
import type { WarehouseQueries } from '#warehouse/index.ts'
import type { ApiLimits } from '../limits/api-limits.ts'

/** What the composition of processes gives the API. */
export interface ApiOptions {
  readonly postgres: Postgres
  /** Logged in as reader, on the warehouse's database. */
  readonly warehouse: ClickHouseClient
  readonly log: Log
  /** Where the bytes of older forms are; without it they cannot be read. */
  readonly archive?: Archive | undefined
  /** The secret in the data directory that the command line holds. */
  readonly operatorToken: Secret
  /** Where the dashboards process listens, without a slash at the end; null: this process serves no pages. */
  readonly dashboardsUrl: string | null
  readonly now: () => Date
  /** Random, new with every start of the platform. */
  readonly instanceId: string
  /** How people reach the platform, when a proxy stands before it: `https://…`. */
  readonly publicUrl?: string | undefined
  /** Those of the process; without them the API makes its own. */
  readonly metrics?: Metrics | undefined
  /** Follows forms on their way; undefined: nobody asked for traces. */
  readonly tracing?: Tracing | undefined
  /** The numbers of the other processes of this platform, in the same format; `/metrics` shows them together with its own. */
  readonly readOtherMetrics?: (() => Promise<string>) | undefined
  /** Which rates hold; without it none are counted. Queues have their ends in any case. */
  readonly limitPreset?: LimitPreset | undefined
}

/** What routes use. */
export interface ApiDependencies extends ApiOptions {
  readonly metrics: Metrics
  readonly limits: ApiLimits
  readonly tenants: Tenants
  readonly ingest: Ingest
  readonly reads: IngestReads
  readonly queries: WarehouseQueries
  readonly newId: () => string
}
