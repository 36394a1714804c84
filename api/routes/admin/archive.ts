import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ARCHIVE_NOW, archiveAbsent, readArchiveStatus, type Archive } from '#ingest/index.ts'
import { defineRoute } from '../../server/define-route.ts'
import type { ApiDependencies } from '../../server/dependencies.ts'

const StatusAnswer = z.object({
  objects: z.number(),
  bytes: z.number(),
  raw_bytes: z.number(),
  archived_forms: z.number(),
  archived_attachments: z.number(),
  waiting_forms: z.number(),
  oldest_waiting_at: z.string().nullable(),
  last_run_at: z.string().nullable(),
  last_done_at: z.string().nullable(),
  last_error_at: z.string().nullable(),
  last_error_code: z.string().nullable(),
  verified_at: z.string().nullable(),
  verified_faults: z.number().nullable(),
})
const RunBody = z.object({
  /** Young forms too. */
  now: z.boolean().default(false),
})
const RunAnswer = z.object({
  forms: z.number(),
  attachments: z.number(),
  objects: z.number(),
  bytes: z.number(),
  raw_bytes: z.number(),
  removed_objects: z.number(),
  removed_bytes: z.number(),
})
const VerifyAnswer = z.object({
  objects: z.number(),
  bytes: z.number(),
  members: z.number(),
  /** The first thousand. */
  faults: z.array(
    z.object({
      kind: z.enum([
        'object-missing',
        'object-damaged',
        'member-damaged',
        'member-missing',
        'object-unnamed',
      ]),
      object: z.string(),
      offset: z.number().nullable(),
      form_id: z.string().nullable(),
    }),
  ),
  faults_total: z.number(),
})

const SHARED = { permission: 'operator', tag: 'operation' } as const

/** Where the bytes of forms are kept in the long run, as operators see it. */
export function archiveRoutes(app: FastifyInstance, { postgres, archive }: ApiDependencies): void {
  const opened = (): Archive => {
    if (archive === undefined) throw archiveAbsent({})
    return archive
  }
  defineRoute(
    app,
    {
      ...SHARED,
      method: 'GET',
      url: '/api/admin/archive',
      summary: 'How far the archive is',
      answer: StatusAnswer,
    },
    async () => readArchiveStatus(postgres),
  )
  defineRoute(
    app,
    {
      ...SHARED,
      method: 'POST',
      url: '/api/admin/archive/run',
      summary: 'Archive what is due and remove garbage, without waiting for the next run',
      body: RunBody,
      answer: RunAnswer,
    },
    async ({ body }) => {
      const run = await opened().run(body.now ? ARCHIVE_NOW : {})
      const garbage = await opened().collectGarbage()
      return {
        ...run,
        removed_objects: garbage.dead_objects + garbage.unnamed_objects,
        removed_bytes: garbage.bytes,
      }
    },
  )
  defineRoute(
    app,
    {
      ...SHARED,
      method: 'POST',
      url: '/api/admin/archive/verify',
      summary: 'Read the whole archive and name what is missing, damaged or not named',
      answer: VerifyAnswer,
    },
    async () => {
      const { faults, ...verified } = await opened().verify()
      return { ...verified, faults: faults.map((fault) => ({ ...fault })) }
    },
  )
}
