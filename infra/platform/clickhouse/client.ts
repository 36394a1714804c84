/** The stock ClickHouse client with our settings; the same for the embedded engine and for a cluster. */
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client'
import type { Secret } from '../secret.ts'

export interface WarehouseClientOptions {
  readonly url: string
  readonly username: string
  readonly password: Secret | string
  readonly database?: string | undefined
  readonly requestTimeoutMs?: number | undefined
  readonly maxConnections?: number | undefined
  /** What `system.query_log` shows. */
  readonly applicationName?: string | undefined
}

export type WarehouseClient = ClickHouseClient

/**
 * Opens nothing until it is used. 64-bit integers come back as JSON numbers only when the query says so
 * (`output_format_json_quote_64bit_integers` stays at ClickHouse's default, off since 25.8): cast what may pass 2^53 to String.
 * Its errors are the client's own; pass them through `toWarehouseProblem`.
 */
export function createWarehouseClient(options: WarehouseClientOptions): WarehouseClient {
  return createClient({
    url: options.url,
    username: options.username,
    password: typeof options.password === 'string' ? options.password : options.password.reveal(),
    database: options.database ?? 'default',
    application: options.applicationName ?? 'casehouse',
    request_timeout: options.requestTimeoutMs ?? 60_000,
    max_open_connections: options.maxConnections ?? 10,
    keep_alive: { enabled: true },
    // It writes what it also throws, as plain text, to a stderr that holds our JSON lines.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { date_time_input_format: 'best_effort', wait_end_of_query: 1 },
  })
}
