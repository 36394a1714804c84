/** Connections that outlive a request: temporary tables and `SET` of an owner's `session_id`. */
import { raise } from './exception.ts'
import type { Connection } from './native.ts'
import type { SessionRequest } from './request.ts'

interface Session {
  readonly connection: Connection
  busy: boolean
  timer: NodeJS.Timeout | undefined
}

export interface Borrowed {
  readonly connection: Connection
  giveBack(): void
}

export interface Sessions {
  /** @throws EngineException 372 when it must exist and does not, 373 while another request uses it */
  borrow(request: SessionRequest): Borrowed
  close(): void
}

const MAX_SESSIONS = 64

export function createSessions(open: () => Connection): Sessions {
  const sessions = new Map<string, Session>()
  const forget = (id: string, session: Session) => {
    clearTimeout(session.timer)
    sessions.delete(id)
    if (!session.busy) session.connection.close()
  }
  return {
    borrow: ({ id, timeoutSeconds, mustExist }) => {
      let session = sessions.get(id)
      if (session === undefined) {
        if (mustExist) throw raise(372, 'Session not found.')
        if (sessions.size >= MAX_SESSIONS) throw raise(202, `Too many sessions: ${MAX_SESSIONS} are open.`)
        session = { connection: open(), busy: false, timer: undefined }
        sessions.set(id, session)
      }
      if (session.busy) throw raise(373, 'Session is locked by a concurrent client.')
      const borrowed = session
      clearTimeout(borrowed.timer)
      borrowed.busy = true
      return {
        connection: borrowed.connection,
        giveBack: () => {
          borrowed.busy = false
          if (!sessions.has(id)) return borrowed.connection.close()
          borrowed.timer = setTimeout(() => forget(id, borrowed), timeoutSeconds * 1_000)
          borrowed.timer.unref()
        },
      }
    },
    close: () => {
      for (const [id, session] of sessions) forget(id, session)
    },
  }
}
