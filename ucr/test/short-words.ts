/** Short words for the tests: read a configuration or fail, evaluate it on an item. */
import { createInMemoryLookup, createInterpreter, parseExpression, parseFilter } from '../index.ts'
import type { DictValue, DocumentSet, Interpreter, Parsed, Value } from '../contract.ts'
import { toText } from '../value/text.ts'

/** 29 February 2020, noon UTC. */
export const NOW = '2020-02-29T12:00:00.000000Z'

export function unwrap<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(parsed.faults.map(({ message }) => message).join('\n'))
  return parsed.value
}

export function interpreterOver(set: Partial<DocumentSet> = {}): Interpreter {
  return createInterpreter({
    lookup: createInMemoryLookup({ documents: [], ...set }),
    now: () => NOW,
    random: () => 0.5,
  })
}

export interface On {
  readonly root?: unknown
  readonly iteration?: number
  readonly documents?: readonly unknown[]
}

/** The value of an expression on an item. */
export function evaluate(
  spec: unknown,
  item: unknown = {},
  { root, iteration, documents = [] }: On = {},
): Value {
  const interpreter = interpreterOver({ documents: documents as readonly DictValue[] })
  return interpreter.evaluate(unwrap(parseExpression(spec)), item, {
    root: root ?? null,
    ...(iteration === undefined ? {} : { iteration }),
  })
}

export function passes(spec: unknown, item: unknown = {}): boolean {
  return interpreterOver().test(unwrap(parseFilter(spec)), item)
}

/** A value as people read it: `2020-02-29` for a date, `None` for null. */
export const shown = (value: Value): string => toText(value)

export const prop = (name: string, datatype?: string): unknown => ({
  type: 'property_name',
  property_name: name,
  ...(datatype === undefined ? {} : { datatype }),
})
export const compared = (operator: string, property_value: unknown): unknown => ({
  type: 'boolean_expression',
  operator,
  expression: prop('x'),
  property_value,
})
