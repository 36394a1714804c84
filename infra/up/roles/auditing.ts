/** Compares the warehouse with Postgres all the time, and mends it. */
import { randomUUID } from 'node:crypto'
import type { Log, Metrics, Postgres, WarehouseClient } from '#infra/platform/index.ts'
import { createOriginals, type ReadMember } from '#ingest/index.ts'
import { createTenants, readWorkerEvents, readWorkerVersions, repeatWorkers } from '#tenants/index.ts'
import { createAuditor } from '#warehouse/index.ts'

export interface AuditingOptions {
  readonly postgres: Postgres
  /** A login that may only read will do: the loader removes. */
  readonly warehouse: WarehouseClient
  /** For forms in the archive. */
  readonly readMember?: ReadMember | undefined
  readonly log: Log
  readonly metrics?: Metrics | undefined
}

/** @returns stops it, after the project space that is being compared. */
export function startAuditing({
  postgres,
  warehouse,
  readMember,
  log,
  metrics,
}: AuditingOptions): () => Promise<void> {
  const now = () => new Date()
  const tenants = createTenants({ postgres, now, newId: () => randomUUID().replaceAll('-', '') })
  const auditor = createAuditor({
    postgres,
    warehouse,
    log,
    metrics,
    now,
    listDomains: async () => (await tenants.domains.list()).map(({ domain }) => domain),
    originals: {
      ...createOriginals(readMember),
      readWorkerEvents,
      readWorkerVersions,
      repeatWorkers,
    },
  })
  void auditor.run()
  return () => auditor.close()
}
