/** Fills the demo project through the same routes that phones and the command line use. */
import cliProgress from 'cli-progress'
import { loadDemo, type DemoRequest, type DemoSummary } from '#infra/demo/index.ts'
import type { ApiCaller } from './caller/caller.ts'

const DEMO_DOMAIN = 'demo'

export interface DemoRun {
  readonly caller: ApiCaller
  readonly seed: number
  /** Where the 90 days end; the same again goes on with a load that was cut short. */
  readonly until: Date
  readonly output: NodeJS.WriteStream
  readonly signal?: AbortSignal | undefined
}

/** Shows a bar on a terminal, and a line now and then elsewhere. */
export async function runDemo({ caller, seed, until, output, signal }: DemoRun): Promise<DemoSummary> {
  const progress = output.isTTY ? createBar(output) : createLines(output)
  const request: DemoRequest = async ({ method, path, headers, body }) => {
    signal?.throwIfAborted()
    const isBuffer = Buffer.isBuffer(body)
    const text = body === undefined || isBuffer ? body : JSON.stringify(body)
    const answer = await caller.send({
      method,
      path,
      headers: {
        ...(body === undefined || isBuffer ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
    })
    return { status: answer.status, body: parseJson(answer.text) }
  }
  try {
    return await loadDemo({ domain: DEMO_DOMAIN, seed, until, request, onProgress: progress.show })
  } finally {
    progress.end()
  }
}

interface Progress {
  show(done: number, total: number): void
  end(): void
}

function createBar(stream: NodeJS.WriteStream): Progress {
  const bar = new cliProgress.SingleBar({
    stream,
    format: 'Filling the demo project {bar} {percentage} % | {value} of {total} forms | {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
    // It would take the first Ctrl-C for itself; ours reaches `end` below.
    gracefulExit: false,
    etaBuffer: 400,
  })
  let isStarted = false
  return {
    show(done, total) {
      if (isStarted) bar.update(done)
      else bar.start(total, done)
      isStarted = true
    },
    end: () => bar.stop(),
  }
}

function createLines(stream: NodeJS.WriteStream): Progress {
  let toldTenths = -1
  return {
    show(done, total) {
      const tenths = Math.floor((done / total) * 10)
      if (tenths === toldTenths) return
      toldTenths = tenths
      stream.write(`Filling the demo project: ${done} of ${total} forms\n`)
    },
    end: () => undefined,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
