/** From the words of the configuration to a store. */
import { fileURLToPath } from 'node:url'
import type { Secret } from '#infra/platform/index.ts'
import { storeUrlInvalid } from '../problems.ts'
import { createDirectoryStore } from './directory-store.ts'
import type { ObjectStore } from './object-store.ts'

export interface StoreSettings {
  /** `file:///folder` or `s3://bucket/prefix`. */
  readonly url: string
  /** What follows concerns S3 alone. */
  readonly endpoint?: string | undefined
  readonly region: string
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: Secret | undefined
  readonly pathStyle: boolean
}

const S3_URL = /^s3:\/\/([a-z0-9][a-z0-9._-]{1,62})(?:\/([\w./-]*?))?\/?$/

/**
 * Opens nothing yet. The client of S3 is loaded only where it is used.
 * @throws INGEST_ARCHIVE_URL_INVALID
 */
export async function openStore(settings: StoreSettings): Promise<ObjectStore> {
  if (settings.url.startsWith('file:///')) return createDirectoryStore(toFolder(settings.url))
  const [, bucket, prefix = ''] = S3_URL.exec(settings.url) ?? []
  if (bucket === undefined) throw storeUrlInvalid({})
  const { createS3Store } = await import('./s3-store.ts')
  return createS3Store({
    bucket,
    prefix,
    endpoint: settings.endpoint,
    region: settings.region,
    accessKeyId: settings.accessKeyId,
    secretAccessKey: settings.secretAccessKey,
    pathStyle: settings.pathStyle,
  })
}

function toFolder(url: string): string {
  try {
    return fileURLToPath(url).replace(/(.)\/+$/, '$1')
  } catch (error) {
    throw storeUrlInvalid({}, error)
  }
}
