export interface ArchiveSettings {
  /** A form rests this long in Postgres, unchanged, before it is archived. */
  readonly ageSeconds: number
  /** Forms of a quiet domain wait for others, so that an object is worth its name; this long at most. */
  readonly patienceSeconds: number
  /** What an object is worth waiting for. */
  readonly leastObjectBytes: number
  /** An object is closed when it has reached this; one member alone may be larger. */
  readonly objectBytes: number
  /** Forms archived between two commits. */
  readonly batchForms: number
  /** Of the time, while not late: intake has the machine meanwhile. 0 to 0.95. */
  readonly restShare: number
  /** What no row names is garbage only after this long: it may be on its way to be named. */
  readonly graceSeconds: number
  /** Between two runs. */
  readonly everySeconds: number
}

export const ARCHIVE_SETTINGS: ArchiveSettings = {
  ageSeconds: 3_600,
  patienceSeconds: 86_400,
  leastObjectBytes: 1024 * 1024,
  objectBytes: 8 * 1024 * 1024,
  batchForms: 20_000,
  restShare: 0.5,
  graceSeconds: 86_400,
  everySeconds: 60,
}

/** Everything at once, in as few objects as it takes: for a command that somebody waits for. */
export const ARCHIVE_NOW: Partial<ArchiveSettings> = { ageSeconds: 0, leastObjectBytes: 0, restShare: 0 }
