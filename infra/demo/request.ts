/** What the demo asks of a platform, whichever way the requests go. */
export interface DemoResponse {
  readonly status: number
  /** The JSON answer, or null where there is none. */
  readonly body: unknown
}

/** Calls a route of the platform as its operator. */
export type DemoRequest = (call: {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | Readonly<Record<string, unknown>>
}) => Promise<DemoResponse>
