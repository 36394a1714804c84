import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  CaseList,
  CaseListQuery,
  FilterChoices,
  SubmitHistory,
  SubmitHistoryQuery,
  WorkerActivity,
  WorkerActivityCharts,
  WorkerActivityQuery,
} from '../contract.ts'
import { getDomain } from '../plugins/access.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { readAsOf, waitForWarehouse } from '../server/freshness.ts'
import { toMutable } from '../server/mutable.ts'
import { readReportScope } from '../server/report-scope.ts'

const Params = z.object({ domain: z.string() })
const BASE = '/a/:domain/api/v1'
const shared = { method: 'GET', permission: 'read', tag: 'reports', params: Params } as const

/** What the pages of reports show; every answer says up to when it is complete. */
export function reportRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  const { tenants, postgres, queries } = dependencies

  /** The mark is read before the numbers: they hold at least what it promises. */
  async function withAsOf<Report>(request: FastifyRequest, ask: () => Promise<Report>) {
    await waitForWarehouse(postgres)
    const as_of = await readAsOf(postgres)
    return { ...(await ask()), as_of, timezone: getDomain(request).timezone }
  }

  defineRoute(
    app,
    {
      ...shared,
      url: `${BASE}/filters`,
      summary: 'What the filters of reports may be set to',
      answer: FilterChoices,
    },
    async ({ request }) =>
      withAsOf(request, async () => {
        const { domain } = getDomain(request)
        const [found, groups, locations] = await Promise.all([
          queries.filterChoices(domain),
          tenants.groups.list(domain),
          tenants.locations.list(domain),
        ])
        return {
          ...toMutable(found),
          groups: groups
            .filter((group) => group.reporting)
            .map(({ groupId, name }) => ({ group_id: groupId, name })),
          locations: locations.map(({ locationId, name, parentId, typeCode }) => ({
            location_id: locationId,
            name,
            parent_id: parentId,
            type: typeCode,
          })),
        }
      }),
  )

  defineRoute(
    app,
    {
      ...shared,
      url: `${BASE}/reports/worker_activity`,
      summary: 'Worker Activity',
      query: WorkerActivityQuery,
      answer: WorkerActivity,
    },
    async ({ query, request }) =>
      withAsOf(request, async () => {
        const scope = await readReportScope(tenants, getDomain(request))
        return toMutable(await queries.workerActivity(scope, query))
      }),
  )

  defineRoute(
    app,
    {
      ...shared,
      url: `${BASE}/reports/worker_activity/charts`,
      summary: 'Worker Activity as charts: forms a day, active workers, hours',
      query: WorkerActivityQuery,
      answer: WorkerActivityCharts,
    },
    async ({ query, request }) =>
      withAsOf(request, async () => {
        const scope = await readReportScope(tenants, getDomain(request))
        return toMutable(await queries.workerActivityCharts(scope, query))
      }),
  )

  defineRoute(
    app,
    {
      ...shared,
      url: `${BASE}/reports/submit_history`,
      summary: 'Submit History, a page',
      query: SubmitHistoryQuery,
      answer: SubmitHistory,
    },
    async ({ query, request }) =>
      withAsOf(request, async () => {
        const scope = await readReportScope(tenants, getDomain(request))
        return toMutable(await queries.submitHistory(scope, query))
      }),
  )

  defineRoute(
    app,
    {
      ...shared,
      url: `${BASE}/reports/case_list`,
      summary: 'Case List, a page',
      query: CaseListQuery,
      answer: CaseList,
    },
    async ({ query, request }) =>
      withAsOf(request, async () => {
        const scope = await readReportScope(tenants, getDomain(request))
        return toMutable(await queries.caseList(scope, query))
      }),
  )
}
