/**
 * A shell that waits on a pipe whose other end is ours: when we end, however, the pipe closes and it tells Postgres to shut
 * down. It costs less than a megabyte and needs nothing from the operating system but a pipe.
 */
import { spawn } from 'node:child_process'

const SCRIPT = `
trap '' INT TERM HUP
read -r word
[ "$word" = done ] && exit 0
[ "$(head -n 1 "$2/postmaster.pid" 2>/dev/null)" = "$1" ] && kill -INT "$1"
`

/** @returns ends the watch, without touching Postgres. */
export function watchParent(pid: number, folder: string): () => void {
  const watcher = spawn('/bin/sh', ['-c', SCRIPT, 'casehouse-watch', String(pid), folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.on('error', () => undefined)
  watcher.stdin.on('error', () => undefined)
  watcher.unref()
  return () => {
    watcher.stdin.end('done\n')
  }
}
