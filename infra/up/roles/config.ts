/** The environment of `serve`: what each role needs to be told. Every role reads only its own keys. */
import { z } from 'zod'
import { Secret } from '#infra/platform/index.ts'

const secret = (minLength: number) =>
  z
    .string()
    .min(minLength)
    .transform((text) => new Secret(text))
const address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''))
const port = z.coerce.number().int().min(0).max(65_535)

/** `postgres://…`, also with the folder of a socket as its host, which is no URL to the standard. */
const DatabaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//)
  .transform((text) => new Secret(text))

const Warehouse = {
  CLICKHOUSE_URL: address,
  CLICKHOUSE_DATABASE: z.string().default('default'),
}

export const ApiEnv = z.object({
  DATABASE_URL: DatabaseUrl,
  ...Warehouse,
  CLICKHOUSE_READER_USER: z.string().default('reader'),
  CLICKHOUSE_READER_PASSWORD: secret(1),
  CASEHOUSE_OPERATOR_TOKEN: secret(32),
  CASEHOUSE_INSTANCE_ID: z.string().min(8).optional(),
  CASEHOUSE_HOST: z.string().default('127.0.0.1'),
  CASEHOUSE_PORT: port.default(8400),
  CASEHOUSE_PUBLIC_URL: address.optional(),
  CASEHOUSE_DASHBOARDS_URL: address.optional(),
})
export type ApiEnv = z.infer<typeof ApiEnv>

export const LoaderEnv = z.object({
  DATABASE_URL: DatabaseUrl,
  ...Warehouse,
  CLICKHOUSE_OWNER_USER: z.string().default('owner'),
  CLICKHOUSE_OWNER_PASSWORD: secret(1),
})
export type LoaderEnv = z.infer<typeof LoaderEnv>

export const WarehouseEnv = z.object({
  CASEHOUSE_ENGINE_DATA: z.string(),
  CASEHOUSE_ENGINE_HOST: z.string().default('127.0.0.1'),
  CASEHOUSE_ENGINE_PORT: port.default(8401),
  CLICKHOUSE_OWNER_USER: z.string().default('owner'),
  CLICKHOUSE_OWNER_PASSWORD: secret(1),
  CLICKHOUSE_READER_USER: z.string().default('reader'),
  CLICKHOUSE_READER_PASSWORD: secret(1),
})
export type WarehouseEnv = z.infer<typeof WarehouseEnv>

export const DashboardsEnv = z.object({
  /** Where the API answers, as the dashboards' process reaches it. */
  API_URL: address,
  CASEHOUSE_DASHBOARDS_HOST: z.string().default('127.0.0.1'),
  CASEHOUSE_DASHBOARDS_PORT: port.default(8402),
})
export type DashboardsEnv = z.infer<typeof DashboardsEnv>

export const LogEnv = z.object({
  CASEHOUSE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
})
