/**
 * Named expressions and filters: every name that is asked for must be defined, and no name may lead back to itself. Named expressions may
 * use each other in any order; named filters use both.
 * Source: reference §6.6.
 */
import { nameCircular, nameUnknown } from '../problems.ts'
import type { Expression } from '../tree/expression.ts'
import type { Filter } from '../tree/filter.ts'
import { nameUsesOf, nodesOf } from '../tree/walk.ts'
import type { NameUse, Visited } from '../tree/walk.ts'
import { createFault } from './fault.ts'
import type { Fault, Path } from './fault.ts'
import { nearest } from './nearest.ts'

export interface Names {
  readonly expressions: Readonly<Record<string, Expression>>
  readonly filters: Readonly<Record<string, Filter>>
}

/** A place that may ask for names. */
export type Root =
  | { readonly kind: 'filter'; readonly node: Filter; readonly path: Path }
  | { readonly kind: 'expression'; readonly node: Expression; readonly path: Path }

const usesIn = ({ kind, node, path }: Root): readonly NameUse[] => nameUsesOf(nodesOf(kind, node, path))
const keyOf = (kind: Visited['kind'], name: string): string => `${kind}:${name}`

function definitions({ expressions, filters }: Names): ReadonlyMap<string, Root> {
  return new Map<string, Root>([
    ...Object.entries(expressions).map(
      ([name, node]) =>
        [keyOf('expression', name), { kind: 'expression', node, path: ['named_expressions', name] }] as const,
    ),
    ...Object.entries(filters).map(
      ([name, node]) =>
        [keyOf('filter', name), { kind: 'filter', node, path: ['named_filters', name] }] as const,
    ),
  ])
}

function findUnknown(uses: readonly NameUse[], { expressions, filters }: Names): readonly Fault[] {
  const known = { expression: Object.keys(expressions), filter: Object.keys(filters) }
  return uses
    .filter(({ kind, name }) => !known[kind].includes(name))
    .map(({ kind, name, path }) =>
      createFault(path, {
        kind: nameUnknown,
        found: `the named ${kind} ${JSON.stringify(name)}`,
        allowed: known[kind].join(', ') || 'none',
        meant: nearest(name, known[kind]),
      }),
    )
}

/** The definitions in an order where each only needs those before it, and those that cannot be ordered. */
function orderDefinitions(defined: ReadonlyMap<string, Root>): {
  readonly ordered: readonly Root[]
  readonly circular: readonly string[]
} {
  const needs = new Map(
    [...defined].map(([key, root]) => [key, new Set(usesIn(root).map((use) => keyOf(use.kind, use.name)))]),
  )
  const ordered = new Map<string, Root>()
  for (let size = -1; size !== ordered.size;) {
    size = ordered.size
    for (const [key, root] of defined) {
      const isReady = [...(needs.get(key) ?? [])].every((need) => ordered.has(need) || !defined.has(need))
      if (isReady) ordered.set(key, root)
    }
  }
  return { ordered: [...ordered.values()], circular: [...defined.keys()].filter((key) => !ordered.has(key)) }
}

/** What is wrong with the names, used in the definitions and in `roots`. */
export function checkNames(names: Names, roots: readonly Root[]): readonly Fault[] {
  const defined = definitions(names)
  const uses = [...defined.values(), ...roots].flatMap(usesIn)
  const { circular } = orderDefinitions(defined)
  const circle = circular.map((key) => key.split(':')[1]).join(', ')
  return [
    ...findUnknown(uses, names),
    ...circular.map((key) =>
      createFault(defined.get(key)?.path ?? [], {
        kind: nameCircular,
        found: circle,
        allowed: 'a name uses only names that do not use it',
      }),
    ),
  ]
}

/** The definitions as maps, ordered so that each only needs those before it. Call it after `checkNames` found nothing. */
export function orderNames(names: Names): {
  readonly expressions: ReadonlyMap<string, Expression>
  readonly filters: ReadonlyMap<string, Filter>
} {
  const { ordered } = orderDefinitions(definitions(names))
  const nameOf = (root: Root): string => String(root.path[1])
  return {
    expressions: new Map(
      ordered.flatMap((root) => (root.kind === 'expression' ? [[nameOf(root), root.node]] : [])),
    ),
    filters: new Map(ordered.flatMap((root) => (root.kind === 'filter' ? [[nameOf(root), root.node]] : []))),
  }
}
