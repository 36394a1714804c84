/** The refusals of the command line and the supervisor. */
import { problem } from '#infra/platform/index.ts'

const WRITABLE_BY: Readonly<Record<string, string>> = {
  ENOSPC: 'Its disk is full: free some space',
  EDQUOT: 'Your share of its disk is used up: free some space',
  EEXIST: 'There is a file of that name: move it away',
  ENOTDIR: 'There is a file where a folder should be: move it away',
  EROFS: 'Its disk is mounted read-only: mount it for writing',
}

export const dataDirInUse = problem(
  'UP_DATA_IN_USE',
  'conflict',
  (d: { dataDir: string; pid: number; purpose: string }) =>
    `The data directory ${d.dataDir} is in use by process ${d.pid} (casehouse ${d.purpose}). Stop that one first, or name another directory with --data DIR.`,
)
export const dataDirUnwritable = problem(
  'UP_DATA_UNWRITABLE',
  'invalid',
  (d: { dataDir: string; code: string }) =>
    `The data directory ${d.dataDir} cannot be written (${d.code}). ${WRITABLE_BY[d.code] ?? 'Make it yours (chown)'}, or name another with --data DIR.`,
)
export const dataFileForbidden = problem(
  'UP_DATA_FILE_FORBIDDEN',
  'forbidden',
  (d: { path: string }) =>
    `The file ${d.path} may not be read by you. Run the command as the user who runs the platform, or use --url with --key.`,
)
export const dataFileUnreadable = problem(
  'UP_DATA_FILE_UNREADABLE',
  'invalid',
  (d: { path: string }) =>
    `The file ${d.path} is not what casehouse wrote there. Restore it from a backup; only if there is nothing to lose, remove it and start again.`,
)
export const portTaken = problem(
  'UP_PORT_TAKEN',
  'conflict',
  (d: { port: number; host: string; use: string; flag: string }) =>
    `Port ${d.port} on ${d.host}, meant for ${d.use}, is taken by another program. Stop that one, or choose another with ${d.flag} N.`,
)
export const hostUnusable = problem(
  'UP_HOST_UNUSABLE',
  'invalid',
  (d: { host: string; code: string }) =>
    `The address ${d.host} is not one of this machine (${d.code}). Use --host 127.0.0.1 for this machine alone, or --host 0.0.0.0 for the network.`,
)
export const roleStartFailed = problem(
  'UP_ROLE_START_FAILED',
  'unavailable',
  (d: { role: string; logFile: string; lastLines: string }) =>
    `The ${d.role} process did not start. Its last words, from ${d.logFile}:\n${d.lastLines}\nRun \`casehouse doctor\` for what to do.`,
)
export const roleRestartFailed = problem(
  'UP_ROLE_RESTART_FAILED',
  'unavailable',
  (d: { role: string; logFile: string; lastLines: string }) =>
    `The new ${d.role} process did not get ready. The one before it goes on where it may run beside. Last words, from ${d.logFile}:\n${d.lastLines}\nMend what they name and restart it again.`,
)
export const roleNotRunning = problem(
  'UP_ROLE_NOT_RUNNING',
  'missing',
  (d: { role: string; running: readonly string[] }) =>
    `This platform runs no ${d.role}. What can be restarted: ${d.running.join(', ')}.`,
)
export const controlUnreachable = problem(
  'UP_CONTROL_UNREACHABLE',
  'unavailable',
  (d: { dataDir: string }) =>
    `No running platform of this version was found on ${d.dataDir}. Restarting goes through the process of \`casehouse up\`; start it with npm start, or restart a role that runs by itself through whatever started it.`,
)
export const controlRefused = problem(
  'UP_CONTROL_REFUSED',
  'conflict',
  (d: { code: string; message: string }) => `The supervisor refused (${d.code}): ${d.message}`,
)
export const healthLate = problem(
  'UP_HEALTH_LATE',
  'unavailable',
  (d: { seconds: number; missing: string }) =>
    `The platform did not become healthy within ${d.seconds} s; missing: ${d.missing}. Look into the logs folder of the data directory and run \`casehouse doctor\`.`,
)
export const platformUnreachable = problem(
  'UP_PLATFORM_UNREACHABLE',
  'unavailable',
  (d: { url: string }) =>
    `Nothing answers at ${d.url}. Check the address after --url, or start the platform with npm start.`,
)
export const platformStarting = problem(
  'UP_PLATFORM_STARTING',
  'unavailable',
  (d: { dataDir: string }) =>
    `A platform on ${d.dataDir} is starting or stopping. Wait for its line "ready" and run the command again.`,
)
export const answerUnexpected = problem(
  'UP_ANSWER_UNEXPECTED',
  'unavailable',
  (d: { path: string; status: number }) =>
    `The answer to ${d.path} (status ${d.status}) is not one of casehouse's. Check that the address is that of a casehouse platform of the same version.`,
)
export const keyMissing = problem(
  'UP_KEY_MISSING',
  'invalid',
  () =>
    `--url needs a key: add --key USER:KEY or set CASEHOUSE_KEY. \`casehouse key create DOMAIN NAME\` makes one; for the whole platform it is operator:TOKEN, with the operator_token of its secrets.json.`,
)
export const fileUnreadable = problem(
  'UP_FILE_UNREADABLE',
  'invalid',
  (d: { path: string; code: string }) => `The file ${d.path} cannot be read (${d.code}). Check the path.`,
)
export const benchMissing = problem(
  'UP_BENCH_MISSING',
  'missing',
  (d: { known: readonly string[] }) => `There is no such benchmark. Known: ${d.known.join(', ')}.`,
)
export const stopped = problem('UP_STOPPED', 'conflict', () => 'Stopped before the start was complete.')
export const demoStopped = problem(
  'UP_DEMO_STOPPED',
  'conflict',
  () =>
    'The demo project is not complete. The next start, or `casehouse demo load`, goes on where this stopped.',
)
export const formRefused = problem(
  'UP_FORM_REFUSED',
  'invalid',
  (d: { status: number; nature: string | null; message: string }) =>
    `The receiver refused the form (${d.nature === null ? d.status : `${d.status}, ${d.nature}`}): ${d.message}`,
)
