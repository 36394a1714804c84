/** The document of a form as questions and answers, in the order of the document. Pure. */
import type { FormAnswer } from '../contract.ts'

/** What is about the form and not answered by a person. */
const NOT_ANSWERS = new Set(['case', 'meta'])

/** `date_of_birth` → `Date of birth` */
export function toLabel(name: string): string {
  const words = name.replaceAll(/[_-]+/g, ' ').trim()
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1)
}

function toAnswer(name: string, value: unknown, path: string): FormAnswer[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => toAnswer(name, item, `${path}[${index + 1}]`))
  }
  const label = toLabel(name)
  if (typeof value === 'object' && value !== null) {
    const text = '#text' in value && typeof value['#text'] === 'string' ? value['#text'] : null
    return [{ path, label, value: text, children: toAnswers(value as Record<string, unknown>, path) }]
  }
  return [{ path, label, value: typeof value === 'string' ? value : null, children: [] }]
}

export function toAnswers(document: Readonly<Record<string, unknown>>, path = ''): FormAnswer[] {
  return Object.entries(document)
    .filter(([name]) => !/^[@#]/.test(name) && !(path === '' && NOT_ANSWERS.has(name)))
    .flatMap(([name, value]) => toAnswer(name, value, `${path}/${name}`))
}
