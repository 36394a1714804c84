/** A process that archives once, to be killed at a fail point. */
import { armFailPoints, createLog, createPostgres, Secret } from '#infra/platform/index.ts'
import { z } from 'zod'
import { createArchive, createDirectoryStore } from '../../index.ts'
import { ARCHIVE_NOW } from '../settings.ts'

const Told = z.object({
  folder: z.string(),
  failPoints: z.string(),
  postgres: z.object({
    host: z.string(),
    port: z.number(),
    user: z.string(),
    password: z.string(),
    database: z.string(),
  }),
})

const { folder, failPoints, postgres: place } = Told.parse(JSON.parse(process.argv[2] ?? ''))
const postgres = createPostgres({ ...place, password: new Secret(place.password) })
const archive = createArchive({
  postgres,
  store: createDirectoryStore(folder),
  log: createLog({ name: 'archive-child', level: 'silent' }),
})
armFailPoints(failPoints)
await archive.run({ ...ARCHIVE_NOW, objectBytes: 15_000 }).catch(() => {
  process.exitCode = 1
})
await postgres.close()
