/** Waits for the beginning of a result, so that an early exception still gets its own status; the rest flows through. */
import type { Socket } from 'node:net'
import type { NativeAnswer } from './native.ts'

export type Result =
  | { readonly kind: 'written'; readonly format: string; readonly rows: number; readonly bytes: number }
  | {
      readonly kind: 'whole'
      readonly format: string
      readonly bytes: Buffer
      readonly rows: number
      readonly rowBytes: number
    }
  /** Throws what the engine threw, behind the bytes that it had written by then. */
  | { readonly kind: 'flowing'; readonly format: string; readonly chunks: AsyncIterable<Buffer> }

export interface CollectOptions {
  readonly format: string
  readonly source: Socket
  readonly answer: Promise<NativeAnswer>
  /** `wait_end_of_query`: more is held back before the first byte leaves. */
  readonly waitsForEnd: boolean
}

const HELD_BYTES = 256 * 1024
/** Differs: a result beyond this flows although the client asked to wait for its end; ClickHouse would use a file. */
const HELD_BYTES_WAITING = 32 * 1024 * 1024

/** @throws EngineException when the query fails before the result outgrows what is held back */
export async function collectResult({
  format,
  source,
  answer,
  waitsForEnd,
}: CollectOptions): Promise<Result> {
  const held: Buffer[] = []
  const limit = waitsForEnd ? HELD_BYTES_WAITING : HELD_BYTES
  let size = 0
  const ended = await new Promise<boolean>((resolve, reject) => {
    source.on('data', (chunk: Buffer) => {
      held.push(chunk)
      size += chunk.length
      if (size < limit) return
      source.pause()
      source.removeAllListeners('data')
      resolve(false)
    })
    source.once('end', () => resolve(true))
    source.once('error', reject)
    answer.catch(reject)
  })
  if (ended) {
    const { rows, rowBytes } = await answer
    return { kind: 'whole', format, bytes: Buffer.concat(held), rows, rowBytes }
  }
  return { kind: 'flowing', format, chunks: flow(held, source, answer) }
}

async function* flow(
  held: readonly Buffer[],
  source: Socket,
  answer: Promise<NativeAnswer>,
): AsyncGenerator<Buffer, void> {
  yield* held
  for await (const chunk of source as AsyncIterable<Buffer>) yield chunk
  await answer
}
