import { nowMs, type FormTrace, type Tracing } from '#infra/platform/index.ts'
import type { SubmissionResult } from '#ingest/index.ts'

export interface Following {
  readonly tracing: Tracing | undefined
  readonly domain: string
  /** Since the request came. */
  readonly elapsedMs: number
}

/** The first span of a form's trace: from the first byte of the request to the answer. Of the form it tells the id alone. */
export async function followForm(
  { tracing, domain, elapsedMs }: Following,
  submit: (trace: FormTrace | undefined) => Promise<SubmissionResult>,
): Promise<SubmissionResult> {
  const trace = tracing?.begin('receive form', nowMs() - elapsedMs, { domain })
  if (trace === undefined) return submit(undefined)
  try {
    const result = await submit(trace)
    trace.end({ outcome: result.kind, ...('formId' in result ? { form_id: result.formId } : {}) })
    return result
  } catch (error) {
    trace.end({ outcome: 'refused' })
    throw error
  }
}
