import { problem } from '#infra/platform/index.ts'

export const platformUnsupported = problem(
  'EMBEDDED_PLATFORM_UNSUPPORTED',
  'invalid',
  (d: { platform: string }) =>
    `There is no bundled Postgres for ${d.platform}. Run one yourself and set DATABASE_URL, or install without --omit=optional.`,
)

export const dataUnreachable = problem(
  'EMBEDDED_DATA_UNREACHABLE',
  'invalid',
  (d: { folder: string; blockedBy: string }) =>
    `Started as root, Postgres runs as "nobody" and cannot reach ${d.folder}: ${d.blockedBy} is closed to others. Run as another user, put the data elsewhere, or chmod o+x that folder.`,
)

export const dataInUse = problem(
  'EMBEDDED_DATA_IN_USE',
  'conflict',
  (d: { folder: string; pid: number }) =>
    `The process ${d.pid} already runs a Postgres on ${d.folder}. Stop it first, or choose another data folder.`,
)

export const versionDiffers = problem(
  'EMBEDDED_VERSION_DIFFERS',
  'invalid',
  (d: { folder: string; found: string; bundled: string }) =>
    `The data in ${d.folder} is of Postgres ${d.found}, the bundled program is ${d.bundled}. Dump it with the old release and load it with this one.`,
)

export const passwordMissing = problem(
  'EMBEDDED_PASSWORD_MISSING',
  'invalid',
  (d: { folder: string }) =>
    `${d.folder} has a database but no secrets.json with its password. Restore that file from your backup.`,
)

export const diskFull = problem(
  'EMBEDDED_DISK_FULL',
  'unavailable',
  (d: { folder: string; freeMegabytes: number }) =>
    `The disk of ${d.folder} is full (${d.freeMegabytes} MB free, Postgres needs 64 to start). Free some space, then start again.`,
)

export const initFailed = problem(
  'EMBEDDED_INIT_FAILED',
  'bug',
  (d: { folder: string; exit: string; output: string }) =>
    `Postgres could not create a database in ${d.folder} (${d.exit}): ${d.output}`,
)

export const startFailed = problem(
  'EMBEDDED_START_FAILED',
  'unavailable',
  (d: { folder: string; exit: string; output: string }) =>
    `Postgres did not start on ${d.folder} (${d.exit}). Its last words: ${d.output}`,
)
