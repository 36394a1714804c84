import type { SendHandle } from 'node:child_process'
import type { Server } from 'node:net'
import type { RoleSockets } from './role.ts'

/** Whether a socket can be handed from one process to the next. */
const IS_POSSIBLE = process.platform === 'linux' || process.platform === 'darwin'

/**
 * The socket that a role listens on outlives it: the handle of the first process stays with the supervisor and is given to the next,
 * so both take from one queue while they run side by side, and who connects while no process runs waits instead of being refused.
 */
export function toSockets(
  inherited: SendHandle | undefined,
  keep: (socket: SendHandle) => void,
): RoleSockets {
  return {
    inherited: IS_POSSIBLE ? inherited : undefined,
    keep(server) {
      if (!IS_POSSIBLE || inherited !== undefined) return
      // The bare handle, since a whole server would begin to listen where it arrives: nobody but a role may take a connection.
      const { _handle: handle } = server as Server & { readonly _handle?: SendHandle }
      if (handle) keep(handle)
    },
  }
}
