import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { FORM_STATE, FormSnapshot } from '#ingest/contract.ts'
import { findFormsByIds, listCaseChanges, listFormVersions } from '#warehouse/index.ts'
import { FormPage } from '../contract.ts'
import { parseSnapshot, toActionWords, toChanges } from '../pages/case-changes.ts'
import { toAnswers } from '../pages/form-answers.ts'
import { getDomain } from '../plugins/access.ts'
import { formMissing } from '../problems.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'
import { waitForWarehouse } from '../server/freshness.ts'

const STATE_NAMES = {
  normal: 'normal',
  archived: 'archived',
  deprecated: 'deprecated',
  duplicate: 'duplicate',
  error: 'error',
  submissionErrorLog: 'submission_error_log',
  deleted: 'deleted',
} as const

function toStateName(state: number): string {
  const names = Object.entries(FORM_STATE).filter(([, bit]) => (state & bit) !== 0)
  const [name] = names.at(-1) ?? ['normal']
  return Object.entries(STATE_NAMES).find(([key]) => key === name)?.[1] ?? 'normal'
}

function toMetadata(meta: FormSnapshot['meta']): { name: string; value: string }[] {
  const { geo_point: geoPoint, ...texts } = meta ?? { geo_point: null }
  const entries = Object.entries(texts).filter(([, value]) => value !== null)
  const place = geoPoint ? [{ name: 'geo_point', value: `${geoPoint.latitude} ${geoPoint.longitude}` }] : []
  return [...entries.map(([name, value]) => ({ name, value: String(value) })), ...place]
}

/** One form: answers, case changes, attachments, versions. */
export function formPageRoutes(app: FastifyInstance, { warehouse, postgres }: ApiDependencies): void {
  defineRoute(
    app,
    {
      method: 'GET',
      permission: 'read',
      tag: 'pages',
      url: '/a/:domain/api/v1/forms/:formId',
      summary: 'A form: answers, changes of cases, attachments, versions',
      params: z.object({ domain: z.string(), formId: z.string() }),
      answer: FormPage,
    },
    async ({ params, request }) => {
      const { domain, timezone } = getDomain(request)
      await waitForWarehouse(postgres)
      const [[found], changes, versions] = await Promise.all([
        findFormsByIds(warehouse, domain, [params.formId]),
        listCaseChanges(warehouse, domain, { formId: params.formId }),
        listFormVersions(warehouse, domain, params.formId),
      ])
      if (!found) throw formMissing({})
      const form = FormSnapshot.parse(JSON.parse(found.document))
      const base = `/a/${domain}/api/form/attachment/${encodeURIComponent(form.form_id)}`
      return {
        timezone,
        form_id: form.form_id,
        form_name: String(form.form['@name'] ?? ''),
        xmlns: form.xmlns,
        state: toStateName(form.state),
        problem: form.problem,
        received_on: form.received_at,
        edited_on: form.edited_at,
        user_id: form.user_id,
        username: form.username ?? '',
        metadata: toMetadata(form.meta),
        answers: toAnswers(form.form),
        cases: changes
          .filter((change) => change.cause === 'form')
          .map((change) => {
            const after = parseSnapshot(change.after)
            return {
              case_id: change.case_id,
              case_type: after.type,
              case_name: after.name,
              actions: toActionWords(change),
              changes: toChanges(change),
            }
          }),
        attachments: Object.entries(form.attachments).map(([name, { content_type, length }]) => ({
          name,
          content_type,
          size_bytes: length,
          url: `${base}/${encodeURIComponent(name)}`,
        })),
        history: [],
        versions: versions.map(({ id, state, received_on }) => ({
          form_id: id,
          state: toStateName(state),
          received_on,
        })),
      }
    },
  )
}
