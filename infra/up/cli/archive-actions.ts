import { z } from 'zod'
import { callJson } from '../caller/caller.ts'
import type { ActionContext } from './actions.ts'
import type { Actions } from './options.ts'
import { print, toLines, toTable } from './output.ts'

export type ArchiveActions = Pick<Actions, 'archiveStatus' | 'archiveRun' | 'archiveVerify'>

const Verification = z.looseObject({
  faults: z.array(
    z.object({
      kind: z.string(),
      object: z.string(),
      offset: z.number().nullable(),
      form_id: z.string().nullable(),
    }),
  ),
  faults_total: z.number(),
})

export function createArchiveActions({ withCaller, toOutput, setExitCode }: ActionContext): ArchiveActions {
  const needs = { engine: false } as const
  return {
    async archiveStatus(global) {
      const answer = await withCaller(global, needs, (caller) =>
        callJson(caller, 'GET', '/api/admin/archive'),
      )
      print(toOutput(global), answer, () => toLines(answer))
    },
    async archiveRun(global, { now }) {
      const answer = await withCaller(global, needs, (caller) =>
        callJson(caller, 'POST', '/api/admin/archive/run', { now }),
      )
      print(toOutput(global), answer, () => toLines(answer))
    },
    async archiveVerify(global) {
      const answer = await withCaller(global, needs, (caller) =>
        callJson(caller, 'POST', '/api/admin/archive/verify'),
      )
      const verification = Verification.parse(answer)
      if (verification.faults_total > 0) setExitCode(1)
      print(toOutput(global), answer, () => toReport(answer, verification))
    },
  }
}

function toReport(
  answer: Readonly<Record<string, unknown>>,
  { faults }: z.infer<typeof Verification>,
): string {
  const counts = { ...answer, faults: undefined }
  if (faults.length === 0) return toLines(counts)
  const rows = faults.map(({ kind, object, offset, form_id }) => [kind, object, offset, form_id])
  return `${toLines(counts)}\n\n${toTable(['fault', 'object', 'at byte', 'form'], rows)}`
}
