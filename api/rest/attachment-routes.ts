import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { StoredFile } from '#ingest/index.ts'
import { PathPart } from '../pages/params.ts'
import { sendFile } from '../pages/send-file.ts'
import { getDomain } from '../plugins/access.ts'
import { attachmentMissing } from '../problems.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'

function send(reply: FastifyReply, file: StoredFile | null, name: string): FastifyReply {
  if (!file) throw attachmentMissing({})
  return sendFile(reply, { ...file, name })
}

/** Files that came with forms. Source: reference §10.2. */
export function attachmentRoutes(app: FastifyInstance, { reads }: ApiDependencies): void {
  const shared = {
    method: 'GET',
    permission: 'read',
    challenge: true,
    tag: 'forms',
    answerType: 'application/octet-stream',
  } as const
  defineRoute(
    app,
    {
      ...shared,
      url: '/a/:domain/api/form/attachment/:formId/:name',
      summary: 'A file that came with a form',
      params: z.object({ domain: z.string(), formId: PathPart, name: PathPart }),
    },
    async ({ params, request, reply }) =>
      send(
        reply,
        await reads.readAttachment(getDomain(request).domain, params.formId, params.name),
        params.name,
      ),
  )
  defineRoute(
    app,
    {
      ...shared,
      url: '/a/:domain/api/case/attachment/:caseId/:name',
      summary: 'A file that a case holds',
      params: z.object({ domain: z.string(), caseId: PathPart, name: PathPart }),
    },
    async ({ params, request, reply }) => {
      const { domain } = getDomain(request)
      const found = await reads.findCase(domain, params.caseId)
      const held = found?.snapshot.attachments.find(({ name }) => name === params.name)
      return send(
        reply,
        held ? await reads.readAttachment(domain, held.form_id, held.source_name) : null,
        params.name,
      )
    },
  )
}
