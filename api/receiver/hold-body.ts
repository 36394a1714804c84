/**
 * Bodies of forms as bytes, bounded one by one, for each project space, and all together: a hundred uploads at once must not
 * take the memory, and those of one space not the room of the others.
 */
import type { IncomingMessage } from 'node:http'
import { errorCodes } from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Metrics } from '#infra/platform/index.ts'
import { bodiesBusy } from '../problems.ts'

/** So much of each body is not counted: a form without photos comes in while only the bytes are full. */
const UNCOUNTED_BYTES = 256 * 1024
/** A body of a few megabytes over a good line; what is full now is hardly full for longer. */
const RETRY_AFTER_SECONDS = 5

declare module 'fastify' {
  interface FastifyRequest {
    /** Null while nothing of a body is held. */
    releaseBody: (() => void) | null
  }
}

export interface BodyBounds {
  /** Of all bodies together, without what is not counted of each. */
  readonly bytes: number
  readonly spaceBytes: number
  readonly requests: number
  readonly spaceRequests: number
}

export interface HeldBodies {
  /**
   * The whole body of a request; it counts until the answer is sent or the connection gone.
   * @throws FST_ERR_CTP_BODY_TOO_LARGE beyond `maxBytes`, API_BODIES_BUSY when others hold too much,
   *   FST_ERR_CTP_INVALID_CONTENT_LENGTH, and what the payload throws when it breaks off
   */
  read(request: FastifyRequest, payload: IncomingMessage, maxBytes: number): Promise<Buffer>
}

export interface HeldBodiesOptions {
  readonly boundsOf: (domain: string) => BodyBounds
  readonly metrics: Metrics
}

/** A payload that was unpacked tells how long it was before. */
type Payload = IncomingMessage & { readonly receivedEncodedLength?: number }

interface Held {
  bytes: number
  requests: number
}

function measure(metrics: Metrics, total: Held) {
  const bytes = metrics.gauge('api_bodies_bytes', 'Bytes of forms being read or worked on, as counted.')
  const requests = metrics.gauge('api_bodies_requests', 'Requests whose form is being read or worked on.')
  metrics.beforeRead(() => {
    bytes.set(total.bytes)
    requests.set(total.requests)
  })
  return metrics.counter('api_bodies_refused_total', 'Forms turned away because others hold too much.', [
    'reason',
  ])
}

/** @param scope whose requests hold bodies */
export function createHeldBodies(
  scope: FastifyInstance,
  { boundsOf, metrics }: HeldBodiesOptions,
): HeldBodies {
  const total: Held = { bytes: 0, requests: 0 }
  const spaces = new Map<string, Held>()
  const refused = measure(metrics, total)
  scope.decorateRequest('releaseBody', null)
  scope.addHook('preParsing', (request, reply, _payload, done) => {
    // Answered, or gone before it was.
    reply.raw.once('close', () => request.releaseBody?.())
    done()
  })

  function busy(reason: 'bytes' | 'requests') {
    refused.inc({ reason })
    return bodiesBusy({ retryAfterSeconds: RETRY_AFTER_SECONDS })
  }

  /** @returns what is called with the length so far. */
  function openAccount(request: FastifyRequest): (length: number) => void {
    const domain = request.domain?.domain ?? ''
    const bounds = boundsOf(domain)
    const space = spaces.get(domain) ?? { bytes: 0, requests: 0 }
    if (total.requests >= bounds.requests || space.requests >= bounds.spaceRequests) throw busy('requests')
    spaces.set(domain, space)
    let own = 0
    let isReleased = false
    const add = (bytes: number, requests: number): void => {
      for (const held of [space, total]) {
        held.bytes += bytes
        held.requests += requests
      }
    }
    add(0, 1)
    request.releaseBody = () => {
      isReleased = true
      request.releaseBody = null
      add(-own, -1)
      if (space.requests === 0) spaces.delete(domain)
    }
    return (length) => {
      const counted = Math.max(0, length - UNCOUNTED_BYTES)
      const more = counted - own
      if (more <= 0 || isReleased) return
      if (total.bytes + more > bounds.bytes || space.bytes + more > bounds.spaceBytes) throw busy('bytes')
      add(more, 0)
      own = counted
    }
  }

  return {
    async read(request, payload: Payload, maxBytes) {
      const announced = Number(request.headers['content-length'])
      if (announced > maxBytes) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE()
      const account = openAccount(request)
      const chunks: Buffer[] = []
      let length = 0
      await new Promise<void>((resolve, reject) => {
        const take = (chunk: Buffer): void => {
          length += chunk.length
          try {
            if (Math.max(length, payload.receivedEncodedLength ?? 0) > maxBytes)
              throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE()
            account(length)
            chunks.push(chunk)
          } catch (error) {
            payload.off('data', take)
            reject(error)
          }
        }
        // Resumed by hand: what unpacks a body hands it over paused.
        payload.on('data', take).once('end', resolve).once('error', reject).resume()
      })
      if (!Number.isNaN(announced) && (payload.receivedEncodedLength || length) !== announced)
        throw new errorCodes.FST_ERR_CTP_INVALID_CONTENT_LENGTH()
      return Buffer.concat(chunks, length)
    },
  }
}
