import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { FormPage } from '../contract.ts'
import { PathPart } from '../pages/params.ts'
import { readFormPage } from '../pages/form-page.ts'
import { sendXml } from '../pages/send-file.ts'
import { getDomain, getPrincipal } from '../plugins/access.ts'
import { formMissing } from '../problems.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'

const Params = z.object({ domain: z.string(), formId: PathPart })
const URL = '/a/:domain/api/v1/forms/:formId'
const shared = { tag: 'pages', params: Params } as const

/** One form: answers, case changes, attachments, versions; its XML; archive and unarchive. */
export function formPageRoutes(app: FastifyInstance, dependencies: ApiDependencies): void {
  const { reads, ingest } = dependencies

  async function getPage(request: FastifyRequest, formId: string): Promise<FormPage> {
    const page = await readFormPage(dependencies, getDomain(request), formId)
    if (!page) throw formMissing({})
    return page
  }

  defineRoute(
    app,
    {
      ...shared,
      method: 'GET',
      permission: 'read',
      url: URL,
      summary: 'A form with its answers',
      answer: FormPage,
    },
    async ({ params, request }) => getPage(request, params.formId),
  )

  defineRoute(
    app,
    {
      ...shared,
      method: 'GET',
      permission: 'read',
      url: `${URL}/xml`,
      summary: 'A form as received',
      answerType: 'text/xml',
    },
    async ({ params, request, reply }) => {
      const xml = await reads.readFormXml(getDomain(request).domain, params.formId)
      if (!xml) throw formMissing({})
      return sendXml(reply, xml, `${params.formId}.xml`)
    },
  )

  for (const operation of ['archive', 'unarchive'] as const) {
    defineRoute(
      app,
      {
        ...shared,
        method: 'POST',
        permission: 'edit',
        url: `${URL}/${operation}`,
        summary: `${operation} a form`,
        answer: FormPage,
      },
      async ({ params, request }) => {
        const principal = getPrincipal(request)
        const userId = 'userId' in principal ? principal.userId : null
        if (!(await ingest[operation](getDomain(request).domain, params.formId, userId)))
          throw formMissing({})
        return getPage(request, params.formId)
      },
    )
  }
}
