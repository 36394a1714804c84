/** Which events go to the engine as they are, and as which bytes. A look at the first bytes of each; nothing is parsed. */
import type { FeedEvent } from '#infra/platform/index.ts'

/** A form that comes first; what replaces another needs a look at what is stored. */
const formStart = (domain: string): Buffer => Buffer.from(`{"domain":"${domain}","version":1,"form":`)
const caseStart = (domain: string): Buffer => Buffer.from(`{"domain":"${domain}","case_id":`)
const CLOSING = '}'.charCodeAt(0)
const LINE_END = Buffer.from('\n')

export interface LineReader {
  /** Whether the engine can take the payload of an event of this topic and domain as it is. */
  fits(event: FeedEvent): boolean
}

/** @param domain has no character that JSON would escape. */
export function createLineReader(topic: FeedEvent['topic'], domain: string): LineReader {
  const start = topic === 'form-events.v1' ? formStart(domain) : caseStart(domain)
  return {
    fits: ({ payloadBytes: bytes }) =>
      bytes !== undefined &&
      bytes.length > start.length &&
      bytes.at(-1) === CLOSING &&
      // A snapshot ends in a bracket of its own; behind it a form that is followed by a trace has another field.
      bytes.at(-2) === CLOSING &&
      start.compare(bytes, 0, start.length) === 0,
  }
}

/** Payloads a line each; those that lie so in memory already as one piece. */
export function toBody(events: readonly FeedEvent[]): readonly Uint8Array[] {
  const lines = events.flatMap(({ payloadBytes }) => payloadBytes ?? [])
  const pieces: Uint8Array[] = []
  for (let at = 0; at < lines.length;) {
    const first = lines[at]
    if (first === undefined) break
    const whole = new Uint8Array(first.buffer)
    let end = first.byteOffset + first.byteLength
    let next = at + 1
    for (
      let line = lines[next];
      line?.buffer === first.buffer && line.byteOffset === end + 1;
      line = lines[next]
    ) {
      if (whole[end] !== LINE_END[0]) break
      end = line.byteOffset + line.byteLength
      next += 1
    }
    pieces.push(whole.subarray(first.byteOffset, end), LINE_END)
    at = next
  }
  return pieces
}
