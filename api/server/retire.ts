/** How one API process leaves while another one on the same socket has begun: it takes no connection more, and refuses no request. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Server } from 'node:net'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborted when the process is to leave: what is held open for long ends by itself. */
    retirement: AbortSignal
    /**
     * Stops listening, answers what comes on the connections that are open and closes each after its answer. Returns when
     * none is left, after 10 s at the latest; `close` ends the rest, which have said nothing for that long.
     */
    retire(): Promise<void>
  }
}

const LONGEST_MS = 10_000
const POLL_MS = 50

/** To be called before routes are added. */
export function installRetirement(app: FastifyInstance): void {
  const retirement = new AbortController()
  app.decorate('retirement', retirement.signal)
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (retirement.signal.aborted) reply.header('connection', 'close')
    done()
  })
  app.decorate('retire', async () => {
    const { server } = app
    retirement.abort()
    // An HTTP server's own `close` would also cut connections on which the next request may just be on its way.
    Server.prototype.close.call(server)
    const endsAt = performance.now() + LONGEST_MS
    while (performance.now() < endsAt && (await countConnections(server)) > 0) await sleep(POLL_MS)
  })
}

async function countConnections(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((_error, count) => resolve(count))
  })
}
