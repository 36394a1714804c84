/** The interpreter as the other rooms see it: everything that varies is handed in once, documents come one by one. */
import { applyTransform } from '../transform/transform.ts'
import type { TransformContext } from '../transform/transform.ts'
import type { DataSource } from '../tree/data-source.ts'
import type { Expression } from '../tree/expression.ts'
import type { Filter } from '../tree/filter.ts'
import type { Transform } from '../tree/transform.ts'
import { readInstant } from '../value/dates.ts'
import { fromJson } from '../value/value.ts'
import type { DateTimeValue, DictValue, Value } from '../value/value.ts'
import { createDayIn } from '../value/zone.ts'
import { createContext } from './evaluate.ts'
import { createBudget } from './context.ts'
import type { Context, Lookup, Surroundings } from './context.ts'
import { failedValidations, matchesDocument, rowsOfDocument } from './rows.ts'
import type { DocumentRows, ValidationFailure } from './rows.ts'

export interface InterpreterOptions {
  readonly lookup: Lookup
  /** ISO 8601, UTC, six fraction digits. Asked once a document. */
  readonly now: () => string
  /** 0 ≤ x < 1; for `rand()` and `randint()`. */
  readonly random: () => number
  /** IANA name of the zone whose day `today()` is. The server's is UTC. */
  readonly timezone?: string
  /** Language of translations. */
  readonly language?: string
}

/** What is around an item that is looked at alone. */
export interface EvaluationScope {
  /** The root document; without one `root_doc` and everything about the row is null. */
  readonly root?: unknown
  readonly iteration?: number
  readonly named?: Partial<Surroundings['named']>
}

export interface Interpreter {
  /** The value of an expression on an item: JSON, or a value that another evaluation gave. */
  readonly evaluate: (expression: Expression, item: unknown, scope?: EvaluationScope) => Value
  readonly test: (filter: Filter, item: unknown, scope?: EvaluationScope) => boolean
  readonly matches: (source: DataSource, document: DictValue) => boolean
  readonly rows: (source: DataSource, document: DictValue) => DocumentRows
  readonly validate: (source: DataSource, document: DictValue) => readonly ValidationFailure[]
  readonly transform: (transform: Transform, value: Value, domain?: string) => Value
}

const NONE: Surroundings['named'] = { expressions: new Map(), filters: new Map() }

/**
 * The reference interpreter. Total: no document makes any of its functions throw, and each ends within the bounds of one document.
 * @throws TypeError when `now` gives no instant; RangeError for a time zone that is none.
 * Source: reference §6.2–§6.8, §6.15; ADR 0028.
 */
export function createInterpreter(options: InterpreterOptions): Interpreter {
  const { lookup, random, timezone = 'UTC', language = 'en' } = options
  const dayIn = createDayIn(timezone)
  const moment = (): DateTimeValue => {
    const now = readInstant(options.now())
    if (now === null) throw new TypeError('The clock of an interpreter must tell ISO 8601 instants.')
    return now
  }
  const around = (named: Partial<Surroundings['named']> = {}): Surroundings => {
    const now = moment()
    return {
      now,
      today: () => dayIn(now),
      random,
      lookup,
      named: { ...NONE, ...named },
      budget: createBudget(),
    }
  }
  const ofSource = (source: DataSource): Surroundings =>
    around({ expressions: source.named_expressions, filters: source.named_filters })
  const alone = ({ root, iteration = 0, named }: EvaluationScope = {}): Context =>
    createContext(around(named), fromJson(root), iteration)
  const forTransforms = (domain: string, now: DateTimeValue): TransformContext => ({
    now,
    language,
    domain,
    lookup,
  })
  return {
    evaluate: (expression, item, scope) => {
      const context = alone(scope)
      return context.evaluate(expression, fromJson(item), context)
    },
    test: (filter, item, scope) => {
      const context = alone(scope)
      return context.test(filter, fromJson(item), context)
    },
    matches: (source, document) => matchesDocument(source, document, ofSource(source)),
    rows: (source, document) => {
      const surroundings = ofSource(source)
      return rowsOfDocument(source, document, surroundings, forTransforms(source.domain, surroundings.now))
    },
    validate: (source, document) => failedValidations(source, document, ofSource(source)),
    transform: (transform, value, domain = '') =>
      applyTransform(transform, value, forTransforms(domain, moment())),
  }
}
