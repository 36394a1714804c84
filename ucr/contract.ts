/** The words of ucr: the tree, values, faults and the lookup port. Types and lists of names only. */
export type { Fault, Parsed } from './parse/fault.ts'
export type { Names } from './parse/names.ts'
export type { Expression, ExpressionType, DocumentType } from './tree/expression.ts'
export type { Filter, FilterType, Operator } from './tree/filter.ts'
export type { Statement } from './tree/statement.ts'
export type { JsonPathStep } from './tree/json-path.ts'
export type { Localized, Transform, TransformType } from './tree/transform.ts'
export type {
  Column,
  DataSource,
  Indicator,
  IndicatorType,
  ReferencedDocType,
  Validation,
} from './tree/data-source.ts'
export type { Datatype } from './value/cast.ts'
export type { DictValue, Value, ValueKind } from './value/value.ts'
export type { Lookup } from './interpret/context.ts'
export type { DocumentRows, Row, RowFault, ValidationFailure } from './interpret/rows.ts'
export type { EvaluationScope, Interpreter, InterpreterOptions } from './interpret/interpreter.ts'
export type { DocumentSet } from './lookup/in-memory.ts'
export type { Question, RoundsOptions } from './lookup/rounds.ts'
export type { Chart, Report, SortRule } from './tree/report.ts'
export type { ReportColumn, ReportColumnType } from './tree/report-column.ts'
export type { ReportFilter, ReportFilterType } from './tree/report-filter.ts'
export type { Clause } from './report/clause.ts'
export type { Params, Places } from './report/choice-values.ts'
export type { FilterContext } from './report/filter-values.ts'
export type { Expansions, QueryColumn, QueryExpression, ReportQuery } from './report/query.ts'
export type { ShapeContext, ShapedReport } from './report/shape.ts'
export type { ChartData } from './report/charts.ts'
export type { TransformContext } from './transform/transform.ts'
