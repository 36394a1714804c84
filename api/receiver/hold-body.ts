/** Bodies of forms as bytes, bounded one by one and all together: a hundred uploads at once must not take the memory. */
import type { IncomingMessage } from 'node:http'
import { errorCodes } from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { bodiesBusy } from '../problems.ts'

/** So much of each body is not counted: a form without photos always comes in. */
const UNCOUNTED_BYTES = 1024 * 1024

declare module 'fastify' {
  interface FastifyRequest {
    /** Null while nothing of a body is held. */
    releaseBody: (() => void) | null
  }
}

export interface HeldBodies {
  /**
   * The whole body of a request; it counts until the answer is sent or the connection gone.
   * @throws FST_ERR_CTP_BODY_TOO_LARGE beyond `maxBytes`, API_BODIES_BUSY when others hold too much,
   *   FST_ERR_CTP_INVALID_CONTENT_LENGTH, and what the payload throws when it breaks off
   */
  read(request: FastifyRequest, payload: IncomingMessage, maxBytes: number): Promise<Buffer>
}

/** A payload that was unpacked tells how long it was before. */
type Payload = IncomingMessage & { readonly receivedEncodedLength?: number }

/**
 * @param scope whose requests hold bodies
 * @param maxHeldBytes of all bodies together, without what is not counted of each
 */
export function createHeldBodies(
  scope: FastifyInstance,
  { maxHeldBytes }: { readonly maxHeldBytes: number },
): HeldBodies {
  let heldBytes = 0
  scope.decorateRequest('releaseBody', null)
  scope.addHook('preParsing', (request, reply, _payload, done) => {
    // Answered, or gone before it was.
    reply.raw.once('close', () => request.releaseBody?.())
    done()
  })

  /** @returns what is called with the length so far. */
  function createAccount(request: FastifyRequest): (length: number) => void {
    let own = 0
    request.releaseBody = () => {
      heldBytes -= own
      own = 0
    }
    return (length) => {
      const counted = Math.max(0, length - UNCOUNTED_BYTES)
      if (counted === 0) return
      if (heldBytes - own + counted > maxHeldBytes) throw bodiesBusy({})
      heldBytes += counted - own
      own = counted
    }
  }

  return {
    async read(request, payload: Payload, maxBytes) {
      const announced = Number(request.headers['content-length'])
      if (announced > maxBytes) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE()
      const account = createAccount(request)
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
