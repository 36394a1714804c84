/** Postgres runs on, but nobody reaches it: its socket is moved away, and whoever is connected is cut off. */
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../plan/fault.ts'
import { findPostgres, signal } from '../stage/processes.ts'
import type { Stage } from '../stage/stage.ts'
import type { Injected } from './inject.ts'

export async function cutPostgres(stage: Stage, { holdMs }: Fault): Promise<Injected> {
  const socket = findSocket(stage)
  const { postmaster, backends } = await findPostgres(stage.supervisor)
  if (socket === undefined || postmaster === undefined) return { outcome: 'absent' }
  const aside = `${socket}.aside`
  renameSync(socket, aside)
  for (const pid of backends) signal(pid, 'SIGTERM')
  await sleep(holdMs)
  // A server that was started meanwhile has made a socket of its own.
  if (!existsSync(socket) && existsSync(aside)) renameSync(aside, socket)
  return { outcome: 'injected', pid: undefined }
}

function findSocket({ databaseUrl }: Stage): string | undefined {
  const [, folder = ''] = /@([^:/]+)/.exec(databaseUrl) ?? []
  const place = decodeURIComponent(folder)
  const name = existsSync(place)
    ? readdirSync(place).find((file) => /^\.s\.PGSQL\.\d+$/.test(file))
    : undefined
  return name === undefined ? undefined : join(place, name)
}
