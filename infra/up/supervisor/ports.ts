/** Which ports the platform takes. One asked for and taken is a fault; an inner one that nobody asked for moves on. */
import { createServer } from 'node:net'
import { hostUnusable, portTaken } from '../problems.ts'

export interface PortWishes {
  readonly host: string
  readonly port: number | undefined
  readonly enginePort: number | undefined
  readonly dashboardsPort: number | undefined
}

export interface Ports {
  readonly api: number
  readonly engine: number
  readonly dashboards: number
}

/**
 * Tries a port by listening on it. Port 0 asks for any free one.
 * @returns the port, or undefined when it is taken
 * @throws UP_HOST_UNUSABLE
 */
export type TryPort = (host: string, port: number) => Promise<number | undefined>

export const DEFAULT_PORT = 8400
const LOOPBACK = '127.0.0.1'
const TRIES = 50

/** @throws UP_PORT_TAKEN naming the flag that chooses another */
export async function choosePorts(wishes: PortWishes, tryPort: TryPort): Promise<Ports> {
  const wanted = wishes.port ?? DEFAULT_PORT
  const api = await tryPort(wishes.host, wanted)
  if (api === undefined) {
    throw portTaken({ port: wanted, host: wishes.host, use: 'the platform', flag: '--port' })
  }
  const isAnyPort = wishes.port === 0
  const engine = await chooseInner(tryPort, {
    asked: wishes.enginePort,
    first: isAnyPort ? 0 : api + 1,
    not: [api],
    use: 'the warehouse engine',
    flag: '--engine-port',
  })
  const dashboards = await chooseInner(tryPort, {
    asked: wishes.dashboardsPort,
    first: isAnyPort ? 0 : api + 2,
    not: [api, engine],
    use: 'the dashboards',
    flag: '--dashboards-port',
  })
  return { api, engine, dashboards }
}

interface InnerPort {
  readonly asked: number | undefined
  readonly first: number
  readonly not: readonly number[]
  readonly use: string
  readonly flag: string
}

async function chooseInner(tryPort: TryPort, { asked, first, not, use, flag }: InnerPort): Promise<number> {
  const start = asked ?? first
  for (let offset = 0; offset < TRIES; offset += 1) {
    const candidate = start === 0 ? 0 : start + offset
    const found =
      candidate > 65_535 || not.includes(candidate) ? undefined : await tryPort(LOOPBACK, candidate)
    if (found !== undefined && !not.includes(found)) return found
    if (asked !== undefined && asked !== 0) break
  }
  throw portTaken({ port: start, host: LOOPBACK, use, flag })
}

export const tryListening: TryPort = (host, port) =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(hostUnusable({ host, code: error.code ?? 'unknown' }, error))
    })
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address()
      const found = typeof address === 'object' && address !== null ? address.port : port
      server.close(() => resolve(found))
    })
  })
