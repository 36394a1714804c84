/** What an evaluation knows besides the item: its root document, its clock, the other documents, and how much it may still do. */
import type { DocumentType, Expression } from '../tree/expression.ts'
import type { Filter } from '../tree/filter.ts'
import type { DateTimeValue, DateValue, DictValue, Value } from '../value/value.ts'

/**
 * Other documents, read-only and in one moment: `related_doc`, forms of a case, subcases, groups, ledgers. Synchronous, so that a tree
 * evaluates in one go; over a database, `createRounds` evaluates, loads what was asked for, and evaluates again.
 * Every function takes the domain first and must not look into another.
 */
export interface Lookup {
  /** A document by id; null when it does not exist. Users, groups and locations are documents too. */
  readonly document: (domain: string, type: DocumentType, id: string) => DictValue | null
  /** The forms that touched a case, archived ones excluded. */
  readonly formsOfCase: (domain: string, caseId: string) => readonly DictValue[]
  /** The cases, open and closed, that have an index to a case. */
  readonly subcases: (domain: string, caseId: string) => readonly DictValue[]
  /** The groups that a user is in, of both kinds. */
  readonly groupsOfUser: (domain: string, userId: string) => readonly DictValue[]
  /** Balances by product code; a product without one is left out. */
  readonly balances: (
    domain: string,
    caseId: string,
    section: string,
    productCodes: readonly string[],
  ) => Readonly<Record<string, number>>
}

/** How much one document may cost: every expression and filter that runs is a step. */
export interface Budget {
  steps: number
  depth: number
  /** True once a bound was hit; from then on everything is null. */
  isSpent: boolean
}

export const STEPS_MAX = 2_000_000
export const DEPTH_MAX = 400

export function createBudget(): Budget {
  return { steps: 0, depth: 0, isSpent: false }
}

/** The same for every row of a document. */
export interface Surroundings {
  /** UTC. */
  readonly now: DateTimeValue
  /** The day of `now` in the interpreter's time zone. */
  readonly today: () => DateValue | null
  /** 0 ≤ x < 1. */
  readonly random: () => number
  readonly lookup: Lookup
  readonly named: {
    readonly expressions: ReadonlyMap<string, Expression>
    readonly filters: ReadonlyMap<string, Filter>
  }
  readonly budget: Budget
}

/** One row: its root document and number. `root` is null where there is no document around the item. */
export interface Context extends Surroundings {
  readonly root: Value
  readonly iteration: number
  /** Values of named expressions, by item: each is computed once a row. */
  readonly cache: Map<string, Map<Value, Value>>
  readonly evaluate: (expression: Expression, item: Value, context: Context) => Value
  readonly test: (filter: Filter, item: Value, context: Context) => boolean
}

/** A type's meaning, by type name: a type without meaning does not compile. */
export type Handlers<T extends { readonly type: string }> = {
  readonly [K in T['type']]: (node: Extract<T, { readonly type: K }>, item: Value, context: Context) => Value
}
