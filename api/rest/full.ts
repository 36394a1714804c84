/** What the `…__full` parameters add to forms and cases. Source: reference §10.3, §10.4. */
import type { WarehouseClient } from '#infra/platform/index.ts'
import { FormSnapshot } from '#ingest/contract.ts'
import type { IngestReads } from '#ingest/index.ts'
import { findCasesByIds, findFormsByIds, listFormIdsOfCases, type FoundDocument } from '#warehouse/index.ts'
import { toCaseObject, type CaseObject } from './case-object.ts'
import { toFormObject, type FormObject } from './form-object.ts'

export async function toCaseObjects(
  warehouse: WarehouseClient,
  domain: string,
  documents: readonly FoundDocument[],
  origin: string,
): Promise<CaseObject[]> {
  const bare = documents.map((row) => toCaseObject(domain, row, { formIds: [], origin }))
  const formIds = await listFormIdsOfCases(
    warehouse,
    domain,
    bare.map((object) => object.case_id),
  )
  return bare.map((object) => ({ ...object, xform_ids: [...(formIds.get(object.case_id) ?? [])] }))
}

async function readCases(
  warehouse: WarehouseClient,
  domain: string,
  caseIds: readonly string[],
  origin: string,
) {
  return toCaseObjects(warehouse, domain, await findCasesByIds(warehouse, domain, caseIds), origin)
}

/** `cases`: case id → case, of every form. */
export async function addCasesOfForms(
  warehouse: WarehouseClient,
  domain: string,
  objects: readonly FormObject[],
  { documents, origin }: { documents: readonly FoundDocument[]; origin: string },
): Promise<FormObject[]> {
  const idsOf = documents.map(({ document }) => FormSnapshot.parse(JSON.parse(document)).case_ids)
  const caseIds = [...new Set(idsOf.flat())]
  const cases = await readCases(warehouse, domain, caseIds, origin)
  const byId = new Map(cases.map((object) => [object.case_id, object]))
  return objects.map((object, position) => ({
    ...object,
    cases: Object.fromEntries(
      (idsOf[position] ?? []).flatMap((id) => {
        const found = byId.get(id)
        return found ? [[id, found]] : []
      }),
    ),
  }))
}

export interface CaseExtras {
  readonly childCases: boolean
  readonly parentCases: boolean
  readonly formsByName: boolean
  readonly formsByXmlns: boolean
}

/** `child_cases` by case id, `parent_cases` by index identifier, `xforms_by_name` and `xforms_by_xmlns` as lists. */
export async function addToCase(
  { warehouse, reads }: { readonly warehouse: WarehouseClient; readonly reads: IngestReads },
  domain: string,
  object: CaseObject,
  { extras, origin }: { extras: CaseExtras; origin: string },
): Promise<CaseObject> {
  const added: Record<string, unknown> = {}
  if (extras.childCases) {
    const caseIds = await reads.childCaseIds(domain, object.case_id)
    const children = await readCases(warehouse, domain, caseIds, origin)
    added.child_cases = Object.fromEntries(children.map((child) => [child.case_id, child]))
  }
  if (extras.parentCases) {
    const caseIds = Object.values(object.indices).map((index) => index.case_id)
    const parents = await readCases(warehouse, domain, caseIds, origin)
    const byId = new Map(parents.map((parent) => [parent.case_id, parent]))
    const entries = Object.entries(object.indices).map(([identifier, index]) => [
      identifier,
      byId.get(index.case_id),
    ])
    added.parent_cases = Object.fromEntries(entries.filter(([, parent]) => parent !== undefined))
  }
  if (extras.formsByName || extras.formsByXmlns) {
    const forms = await readForms(warehouse, domain, object.xform_ids, origin)
    if (extras.formsByName) added.xforms_by_name = Object.groupBy(forms, (form) => nameOf(form))
    if (extras.formsByXmlns)
      added.xforms_by_xmlns = Object.groupBy(forms, (form) => textOf(form.form['@xmlns']))
  }
  return { ...object, ...added }
}

async function readForms(
  warehouse: WarehouseClient,
  domain: string,
  formIds: readonly string[],
  origin: string,
) {
  const found = await findFormsByIds(warehouse, domain, formIds)
  return found.map((row) => toFormObject(domain, row, origin))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function nameOf(form: FormObject): string {
  return textOf(form.form['@name']) || textOf(form.form['@xmlns'])
}
