/** Sends forms at a steady rate, whatever becomes of those before, as many phones would; on kept connections, and trying nothing twice. */
import { Agent, request } from 'node:http'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Sent {
  readonly formId: string
  /** Since the first form was due. */
  readonly dueMs: number
  readonly answeredMs: number
  /** Of HTTP, or the system's word for a connection that failed. */
  readonly outcome: number | string
}

export interface SteadySender {
  /** Ends the sending; returns when everything is answered. */
  stop(): Promise<readonly Sent[]>
}

export interface SteadySenderOptions {
  readonly url: string
  readonly domain: string
  readonly formsPerSecond: number
}

export function startSending({ url, domain, formsPerSecond }: SteadySenderOptions): SteadySender {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const startedMs = performance.now()
  const ending = new AbortController()
  const sent: Promise<Sent>[] = []

  async function post(dueMs: number): Promise<Sent> {
    const formId = randomUUID()
    const outcome = await send(`${url}/a/${domain}/receiver/`, toXml(formId), agent)
    return { formId, dueMs, answeredMs: performance.now() - startedMs, outcome }
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      const nowMs = performance.now() - startedMs
      while ((sent.length * 1_000) / formsPerSecond <= nowMs)
        sent.push(post((sent.length * 1_000) / formsPerSecond))
      await sleep(2)
    }
  }

  const running = run()
  return {
    async stop() {
      ending.abort()
      await running
      const all = await Promise.all(sent)
      agent.destroy()
      return all
    },
  }
}

function toXml(formId: string): string {
  const at = new Date().toISOString()
  return `<?xml version='1.0' ?><data xmlns="http://openrosa.org/formdesigner/steady" name="Visit"><note>seen</note>
    <n0:meta xmlns:n0="http://openrosa.org/jr/xforms"><n0:deviceID>steady</n0:deviceID><n0:timeStart>${at}</n0:timeStart>
    <n0:timeEnd>${at}</n0:timeEnd><n0:userID>steady</n0:userID><n0:instanceID>${formId}</n0:instanceID></n0:meta></data>`
}

async function send(url: string, xml: string, agent: Agent): Promise<number | string> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'text/xml', 'x-openrosa-version': '3.0' }
    const posting = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode ?? 0))
      response.once('error', () => resolve('answer cut off'))
    })
    posting.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    posting.end(xml)
  })
}
