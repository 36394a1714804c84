import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Tenants } from '#tenants/index.ts'
import { getDomain } from '../../plugins/access.ts'
import { defineRoute } from '../../server/define-route.ts'
import { toKeyAnswer, toShownOnce, toWorkerAnswer } from './answers.ts'
import {
  DomainParams,
  KeyAnswer,
  KeysAnswer,
  NewKeyBody,
  NewWorkerBody,
  WorkerAnswer,
  WorkerChangeBody,
  WorkerPasswordBody,
  WorkersAnswer,
} from './schemas.ts'

const BASE = '/api/admin/domains/:domain'
const shared = { permission: 'admin', tag: 'administration' } as const

/** Mobile workers and API keys of one project space: the operator, or an admin of it. */
export function workerAndKeyRoutes(app: FastifyInstance, { tenants }: { tenants: Tenants }): void {
  workerRoutes(app, tenants)
  keyRoutes(app, tenants)
}

function workerRoutes(app: FastifyInstance, { workers }: Tenants): void {
  defineRoute(
    app,
    {
      ...shared,
      method: 'POST',
      url: `${BASE}/workers`,
      summary: 'Create a mobile worker',
      params: DomainParams,
      body: NewWorkerBody,
      answer: WorkerAnswer,
      status: 201,
    },
    async ({ body, request }) => {
      const created = await workers.create(getDomain(request).domain, {
        username: body.username,
        password: body.password,
        firstName: body.first_name,
        lastName: body.last_name,
        phoneNumber: body.phone_number,
        locationId: body.location_id,
        groupIds: body.group_ids,
        isDemo: body.is_demo,
      })
      return { ...toWorkerAnswer(created.worker), ...toShownOnce(created.password) }
    },
  )

  defineRoute(
    app,
    {
      ...shared,
      method: 'GET',
      url: `${BASE}/workers`,
      summary: 'List the mobile workers',
      params: DomainParams,
      answer: WorkersAnswer,
    },
    async ({ request }) => ({ workers: (await workers.list(getDomain(request).domain)).map(toWorkerAnswer) }),
  )

  defineRoute(
    app,
    {
      ...shared,
      method: 'POST',
      url: `${BASE}/workers/password`,
      summary: 'Give a mobile worker a new password',
      params: DomainParams,
      body: WorkerPasswordBody,
      answer: WorkerAnswer,
    },
    async ({ body, request }) => {
      const reset = await workers.resetPassword(getDomain(request).domain, body.username, body.password)
      return { ...toWorkerAnswer(reset.worker), ...toShownOnce(reset.password) }
    },
  )

  defineRoute(
    app,
    {
      ...shared,
      method: 'PUT',
      url: `${BASE}/workers/:userId`,
      summary: 'Change a mobile worker: names, place, active or not',
      params: DomainParams.extend({ userId: z.string() }),
      body: WorkerChangeBody,
      answer: WorkerAnswer,
    },
    async ({ params, body, request }) =>
      toWorkerAnswer(
        await workers.change(getDomain(request).domain, params.userId, {
          firstName: body.first_name,
          lastName: body.last_name,
          phoneNumber: body.phone_number,
          locationId: body.location_id,
          isActive: body.is_active,
        }),
      ),
  )
}

function keyRoutes(app: FastifyInstance, { apiKeys }: Tenants): void {
  defineRoute(
    app,
    {
      ...shared,
      method: 'POST',
      url: `${BASE}/keys`,
      summary: 'Create an API key, shown once',
      params: DomainParams,
      body: NewKeyBody,
      answer: KeyAnswer,
      status: 201,
    },
    async ({ body, request }) => {
      const { record, key } = await apiKeys.create(getDomain(request).domain, body)
      return { ...toKeyAnswer(record), key }
    },
  )

  defineRoute(
    app,
    {
      ...shared,
      method: 'GET',
      url: `${BASE}/keys`,
      summary: 'List the API keys, without the keys themselves',
      params: DomainParams,
      answer: KeysAnswer,
    },
    async ({ request }) => ({ keys: (await apiKeys.list(getDomain(request).domain)).map(toKeyAnswer) }),
  )
}
