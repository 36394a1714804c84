import type { FastifyInstance, FastifyRequest } from 'fastify'
import { mergeMetrics } from '#infra/platform/index.ts'
import { createAuthenticate } from '../plugins/authenticate.ts'
import { accessForbidden } from '../problems.ts'
import { defineRoute } from '../server/define-route.ts'
import type { ApiDependencies } from '../server/dependencies.ts'

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', '::ffff:127.0.0.1']

const LOOPBACK_NAME = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)(?::\d+)?$/i

/** Straight from this machine, by its own name: not passed on by a proxy, nor by a browser whose page's name points here. */
function isFromLoopback({ socket, headers }: FastifyRequest): boolean {
  const isNear = LOOPBACK.includes(socket.remoteAddress ?? '') && LOOPBACK_NAME.test(headers.host ?? '')
  return isNear && headers['x-forwarded-for'] === undefined
}

/** Own numbers are shown also while the supervisor does not answer. */
async function readAll({ metrics, readOtherMetrics }: ApiDependencies): Promise<string> {
  const others = readOtherMetrics?.().catch(() => '') ?? ''
  return mergeMetrics([await metrics.text(), await others])
}

/** `GET /metrics` in Prometheus' text format: for this machine, or with the operator's token. */
export function metricsRoute(app: FastifyInstance, dependencies: ApiDependencies): void {
  const authenticate = createAuthenticate(dependencies)
  const seconds = dependencies.metrics.histogram('api_request_seconds', 'Time to the end of the answer.', [
    'method',
    'status',
  ])
  app.addHook('onResponse', async (request, reply) => {
    seconds.observe(
      { method: request.method, status: `${Math.floor(reply.statusCode / 100)}xx` },
      reply.elapsedTime / 1_000,
    )
  })

  defineRoute(
    app,
    {
      method: 'GET',
      url: '/metrics',
      permission: 'public',
      tag: 'operation',
      summary: 'Counters of every process of this platform (loopback or operator)',
      answerType: 'text/plain',
    },
    async ({ request, reply }) => {
      if (!isFromLoopback(request) && (await authenticate(request)).kind !== 'operator') {
        throw accessForbidden({ permission: 'operator' })
      }
      return reply.type('text/plain; version=0.0.4').send(await readAll(dependencies))
    },
  )
}
