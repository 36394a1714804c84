/** Follows the domain's stream while a page is open, and says how that goes. */
import { createContext } from 'svelte'
import { StreamTick } from '#api/contract.ts'
import { createPacer, type Pacer } from '#lib/pacer.ts'

export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'paused'

/** At most one refresh in so many milliseconds; the first is at once. */
const REFRESH_EVERY_MS = 2_000
/** Between two attempts to open a stream that was refused. */
const RETRY_EVERY_MS = 3_000

export class Live {
  state = $state<LiveState>('connecting')
  /** With nothing new since the page's numbers were read: up to when they are still complete. ISO 8601 UTC. */
  completeTo = $state<string | null>(null)
  /** The reader's own wish; a hidden tab pauses by itself. */
  stopped = $state(false)
  readonly #pacer: Pacer

  /** @param refresh reads the numbers of the page again */
  constructor(refresh: () => Promise<void>) {
    this.#pacer = createPacer({ run: refresh, everyMs: REFRESH_EVERY_MS })
  }

  toggle(): void {
    this.stopped = !this.stopped
  }

  /** Opens the stream. @returns what closes it */
  follow(url: string): () => void {
    if (this.stopped || document.hidden) {
      this.state = 'paused'
      return () => undefined
    }
    this.state = 'connecting'
    let source: EventSource
    let retry: ReturnType<typeof setTimeout> | undefined
    const open = (): void => {
      source = new EventSource(url)
      source.addEventListener('open', () => this.#opened())
      source.addEventListener('error', () => {
        this.state = 'reconnecting'
        this.completeTo = null
        // A browser gives up when a starting platform answers with a refusal; we do not.
        if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_EVERY_MS)
      })
      for (const name of ['message', 'tick']) source.addEventListener(name, (event) => this.#heard(event))
    }
    open()
    return () => {
      clearTimeout(retry)
      source.close()
      this.completeTo = null
    }
  }

  /** A page comes back from a hidden tab or a broken line: what was missed is read once. */
  #opened(): void {
    if (this.state !== 'connecting' || this.completeTo !== null) this.#pacer.ask()
    this.state = 'live'
  }

  #heard(event: MessageEvent): void {
    if (typeof event.data !== 'string') return
    const tick = StreamTick.safeParse(parse(event.data))
    if (!tick.success) return
    this.state = 'live'
    if (tick.data.forms + tick.data.cases > 0) {
      this.completeTo = null
      this.#pacer.ask()
    } else if (!this.#pacer.isBusy()) {
      this.completeTo = tick.data.as_of
    }
  }

  /** Reads the numbers again because they could not be read. */
  retry(): void {
    if (!this.stopped && !document.hidden) this.#pacer.ask()
  }

  close(): void {
    this.#pacer.close()
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const [getLive, setLive, hasLive] = createContext<Live>()
