/** The questions that the rest of the platform asks of the warehouse, bound to its client and clock. */
import type { Clock, WarehouseClient } from '#infra/platform/index.ts'
import type { ReportScope } from '../contract.ts'
import { caseList, type CaseListAsked } from './case-list.ts'
import { filterChoices, formNames } from './filter-choices.ts'
import { listCases, listForms, type ListCasesAsked, type ListFormsAsked } from './list-documents.ts'
import { submitHistory, type SubmitHistoryAsked } from './submit-history.ts'
import { workerActivityCharts } from './worker-activity-charts.ts'
import { workerActivity, type WorkerActivityAsked } from './worker-activity.ts'

export type WarehouseQueries = ReturnType<typeof createWarehouseQueries>

/** Answers have the shapes of `api/contract.ts` without `as_of` and `timezone`, which the caller adds. */
export function createWarehouseQueries({ warehouse, now }: { warehouse: WarehouseClient; now: Clock }) {
  return {
    workerActivity: (scope: ReportScope, asked: WorkerActivityAsked) =>
      workerActivity(warehouse, scope, asked, now()),
    workerActivityCharts: (scope: ReportScope, asked: WorkerActivityAsked) =>
      workerActivityCharts(warehouse, scope, asked, now()),
    submitHistory: (scope: ReportScope, asked: SubmitHistoryAsked) =>
      submitHistory(warehouse, scope, asked, now()),
    caseList: (scope: ReportScope, asked: CaseListAsked) => caseList(warehouse, scope, asked),
    filterChoices: (domain: string) => filterChoices(warehouse, { domain }),
    formNames: (domain: string) => formNames(warehouse, domain),
    listForms: (domain: string, asked: ListFormsAsked) => listForms(warehouse, domain, asked),
    listCases: (domain: string, asked: ListCasesAsked) => listCases(warehouse, domain, asked),
  }
}
