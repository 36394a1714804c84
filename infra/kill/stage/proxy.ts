/** A door between the platform's processes and their engine, which can be shut: what is open breaks, what comes is refused. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Proxy {
  readonly port: number
  shut(): Promise<void>
  open(): Promise<void>
  close(): Promise<void>
}

export async function openProxy(targetPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const server = createServer((inner) => {
    const outer = connect(targetPort, '127.0.0.1')
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  const listen = (port: number): Promise<void> =>
    new Promise((done, fail) => {
      server.once('error', fail)
      server.listen(port, '127.0.0.1', () => {
        server.off('error', fail)
        done()
      })
    })
  await listen(0)
  // A server of TCP has an address of this shape.
  const { port } = server.address() as AddressInfo
  const shut = async (): Promise<void> => {
    const closed = new Promise<void>((done) => server.close(() => done()))
    for (const socket of sockets) socket.resetAndDestroy()
    await closed
  }
  return {
    port,
    shut,
    open: () => listen(port),
    close: async () => {
      if (server.listening) await shut()
    },
  }
}

export async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo // as above
  await new Promise((done) => server.close(done))
  return port
}
