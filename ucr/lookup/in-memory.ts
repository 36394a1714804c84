/**
 * A lookup over documents that are at hand: what a batch loaded, what a preview was given, what a test needs. A real implementation of the
 * port, for any set of documents that fits into memory.
 */
import type { Lookup } from '../interpret/context.ts'
import type { DocumentType } from '../tree/expression.ts'
import { fromJson, isDict, isList, member } from '../value/value.ts'
import type { DictValue, Value } from '../value/value.ts'

export interface DocumentSet {
  readonly documents: readonly DictValue[]
  /** Balances by case, section and product code. */
  readonly balances?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>
}

const idsOf = (document: DictValue): readonly Value[] =>
  ['_id', 'location_id', 'case_id'].map((key) => member(document, key))

const itemsOf = (document: DictValue, key: string): readonly Value[] => {
  const items = member(document, key)
  return isList(items) ? items : []
}

/** Indices point from a case to the one that it belongs to. */
function pointsAt(document: DictValue, caseId: string): boolean {
  return itemsOf(document, 'indices').some(
    (index) => isDict(index) && member(index, 'referenced_id') === caseId,
  )
}

/** The ids of a form's cases, or of a case's forms. */
function touches(form: DictValue, formIds: readonly Value[]): boolean {
  return formIds.includes(member(form, '_id'))
}

export function createInMemoryLookup({ documents, balances = {} }: DocumentSet): Lookup {
  const of = (domain: string, type: DocumentType): readonly DictValue[] =>
    documents.filter(
      (document) => member(document, 'domain') === domain && member(document, 'doc_type') === type,
    )
  const document: Lookup['document'] = (domain, type, id) =>
    of(domain, type).find((each) => idsOf(each).includes(id)) ?? null
  return {
    document,
    formsOfCase: (domain, caseId) => {
      const found = document(domain, 'CommCareCase', caseId)
      const formIds = found === null ? [] : itemsOf(found, 'xform_ids')
      // Archived forms have another document type, so they are not among these.
      return of(domain, 'XFormInstance').filter((form) => touches(form, formIds))
    },
    subcases: (domain, caseId) => of(domain, 'CommCareCase').filter((each) => pointsAt(each, caseId)),
    groupsOfUser: (domain, userId) =>
      of(domain, 'Group').filter((group) => itemsOf(group, 'users').includes(fromJson(userId))),
    balances: (_, caseId, section, codes) => {
      const held = balances[caseId]?.[section] ?? {}
      return Object.fromEntries(codes.filter((code) => code in held).map((code) => [code, held[code] ?? 0]))
    },
  }
}
