import { domainPath } from './api.ts'

/** The API's path of one form, or of something that belongs to it. */
export function formPath(params: { domain: string; formId: string }, rest = ''): string {
  return domainPath(params.domain, `forms/${encodeURIComponent(params.formId)}${rest}`)
}
