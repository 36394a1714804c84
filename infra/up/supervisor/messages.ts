/** What the supervisor and a role process say to each other over IPC. Each side ignores what it does not know. */
import { z } from 'zod'

/**
 * `begin` comes once, before the role starts, with the listening socket of the process before it when there is one. `stop` ends a
 * role, `retire` one whose place another has taken already. `ping` and `metrics` are answered.
 */
export const ToRole = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('begin') }),
  z.object({ kind: z.literal('stop') }),
  z.object({ kind: z.literal('retire') }),
  z.object({ kind: z.literal('ping') }),
  z.object({ kind: z.literal('metrics'), id: z.number().int() }),
])
export type ToRole = z.infer<typeof ToRole>

/** `socket` carries the socket on which the role listens, so that it outlives the process. */
export const FromRole = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('socket') }),
  z.object({ kind: z.literal('pong') }),
  z.object({ kind: z.literal('metrics'), id: z.number().int(), text: z.string() }),
])
export type FromRole = z.infer<typeof FromRole>
