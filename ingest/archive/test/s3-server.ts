/** A server that speaks the protocol of S3, on a port and in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '#infra/platform/index.ts'
import { z } from 'zod'
import type { S3Place } from '../store/s3-store.ts'

/** Without types of its own; this is what we use of it. */
interface Server {
  run(): Promise<unknown>
  close(): Promise<void>
}
const S3rver = createRequire(import.meta.url)('s3rver') as new (options: Record<string, unknown>) => Server
const Address = z.object({ port: z.number() })

export interface TestS3 {
  readonly place: S3Place
  /** Where the server keeps what it is given. */
  readonly folder: string
  stop(): Promise<void>
}

const BUCKET = 'archive-test'

export async function startTestS3(): Promise<TestS3> {
  const folder = await mkdtemp(join(tmpdir(), 'casehouse-s3-'))
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: BUCKET }],
  })
  const { port } = Address.parse(await server.run())
  return {
    folder,
    place: {
      bucket: BUCKET,
      prefix: 'forms/a',
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      accessKeyId: 'S3RVER',
      secretAccessKey: new Secret('S3RVER'),
      pathStyle: true,
    },
    async stop() {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
