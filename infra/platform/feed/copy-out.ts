/** `COPY … TO STDOUT` over the ordinary client: rows as bytes, never as strings. */
import type { PoolClient } from 'pg'

interface Chunk {
  readonly chunk: Buffer
}

/** What the client calls on the query that it runs; it knows no types for this. */
class CopyOut {
  readonly #text: string
  readonly #take: (row: Buffer) => void
  readonly #settled = Promise.withResolvers<void>()
  #failure: unknown

  constructor(text: string, take: (row: Buffer) => void) {
    this.#text = text
    this.#take = take
  }

  get ended(): Promise<void> {
    return this.#settled.promise
  }

  submit(connection: { query(text: string): void }): void {
    connection.query(this.#text)
  }

  handleCopyData({ chunk }: Chunk): void {
    if (this.#failure !== undefined) return
    try {
      this.#take(chunk)
    } catch (error) {
      // The rest of the answer must be read before the connection is good for anything else.
      this.#failure = error
    }
  }

  handleError(error: unknown): void {
    this.#settled.reject(error)
  }

  handleReadyForQuery(): void {
    if (this.#failure === undefined) this.#settled.resolve()
    else this.#settled.reject(this.#failure)
  }

  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
}

/**
 * Runs a `copy (…) to stdout`; it takes no parameters.
 * @param take called for each row as it comes, with bytes that are good only for the length of the call.
 */
export async function copyOut(
  client: Pick<PoolClient, 'query'>,
  text: string,
  take: (row: Buffer) => void,
): Promise<void> {
  const copy = new CopyOut(text, take)
  client.query(copy)
  await copy.ended
}
