import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { WorkerActivityQuery } from '../contract.ts'
import { writeCsv } from '../exports/csv.ts'
import { toWorkerActivitySheet } from '../exports/worker-activity-sheet.ts'
import { writeXlsx } from '../exports/xlsx.ts'
import { createPlaces } from '../limits/places.ts'
import { getDomain } from '../plugins/access.ts'
import { exportsBusy } from '../problems.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { waitForWarehouse } from '../server/freshness.ts'
import { readReportScope } from '../server/report-scope.ts'

const Query = WorkerActivityQuery.extend({ format: z.enum(['csv', 'xlsx']).default('csv') })
const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

/** A file is made within seconds; the reader's line is what takes long. */
const RETRY_AFTER_SECONDS = 10

/** Reports as files. */
export function exportRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  const { tenants, postgres, queries, limits, metrics } = dependencies
  const places = createPlaces({
    what: 'export',
    boundOf: limits.boundOf,
    total: 'exports.running',
    ofSpace: 'exports.space_running',
    metrics,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    toProblem: exportsBusy,
  })
  defineRoute(
    app,
    {
      method: 'GET',
      url: '/a/:domain/api/v1/reports/worker_activity/export',
      permission: 'read',
      tag: 'reports',
      summary: 'Worker Activity as CSV or XLSX',
      params: z.object({ domain: z.string() }),
      query: Query,
      answerType: 'text/csv',
    },
    async ({ query, request, reply }) => {
      const domain = getDomain(request)
      // Held until the last byte is sent, or the reader is gone.
      reply.raw.once('close', places.take(domain.domain))
      await waitForWarehouse(postgres)
      const report = await queries.workerActivity(await readReportScope(tenants, domain), query)
      const name = `worker-activity-${domain.domain}-${report.startdate}-${report.enddate}.${query.format}`
      const rows = toWorkerActivitySheet(report)
      reply.header('content-disposition', `attachment; filename="${name}"`).type(TYPES[query.format])
      return reply.send(
        query.format === 'csv' ? Readable.from(writeCsv(rows)) : writeXlsx('Worker Activity', rows),
      )
    },
  )
}
