/** What other rooms call. */
export type * from './contract.ts'
export { parseDataSource, parseIndicator } from './parse/data-source.ts'
export { parseExpression, parseFilter, parseNames, parseTransform } from './parse/parse.ts'
export { createInterpreter } from './interpret/interpreter.ts'
export { createInMemoryLookup } from './lookup/in-memory.ts'
export { columnName, cutName, tableName } from './compat/names.ts'
