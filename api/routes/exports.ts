import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { WorkerActivityQuery } from '../contract.ts'
import { writeCsv } from '../exports/csv.ts'
import { toWorkerActivitySheet } from '../exports/worker-activity-sheet.ts'
import { writeXlsx } from '../exports/xlsx.ts'
import { getDomain } from '../plugins/access.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { waitForWarehouse } from '../server/freshness.ts'
import { readReportScope } from '../server/report-scope.ts'

const Query = WorkerActivityQuery.extend({ format: z.enum(['csv', 'xlsx']).default('csv') })
const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

/** Reports as files. */
export function exportRoutes(app: FastifyInstance, { tenants, postgres, queries }: ApiDependencies): void {
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
