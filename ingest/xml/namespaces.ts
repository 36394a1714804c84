/** Prefix bindings in scope: one map and an undo log, so that a start tag costs only what it declares. */
import { XmlFault } from './scanner.ts'

const XML_NS = 'http://www.w3.org/XML/1998/namespace'
const XMLNS_NS = 'http://www.w3.org/2000/xmlns/'

export interface Namespaces {
  readonly bindings: Map<string, string>
  readonly undo: { readonly prefix: string; readonly before: string | undefined }[]
}

export function createNamespaces(): Namespaces {
  return { bindings: new Map([['xml', XML_NS]]), undo: [] }
}

/** Binds a prefix ('' for the default namespace) until `leaveScope` is called with the mark taken before. @throws XmlFault */
export function declare(scope: Namespaces, prefix: string, uri: string, at: number): void {
  if (prefix === 'xmlns' || uri === XMLNS_NS) throw new XmlFault('The prefix xmlns cannot be declared', at)
  if ((prefix === 'xml') !== (uri === XML_NS)) throw new XmlFault('The prefix xml has one meaning only', at)
  if (prefix !== '' && uri === '') throw new XmlFault('A prefix cannot be undeclared', at)
  scope.undo.push({ prefix, before: scope.bindings.get(prefix) })
  scope.bindings.set(prefix, uri)
}

/** Takes back every declaration made since `mark` (`scope.undo.length` at that time). */
export function leaveScope(scope: Namespaces, mark: number): void {
  while (scope.undo.length > mark) {
    const last = scope.undo.pop()
    if (last === undefined) return
    if (last.before === undefined) scope.bindings.delete(last.prefix)
    else scope.bindings.set(last.prefix, last.before)
  }
}

/** @throws XmlFault when nothing binds the prefix. */
export function namespaceOf(scope: Namespaces, prefix: string, at: number): string {
  const uri = scope.bindings.get(prefix)
  if (uri !== undefined) return uri
  if (prefix === '') return ''
  throw new XmlFault('A namespace prefix is not declared', at)
}
