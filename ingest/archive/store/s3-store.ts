/** The archive in a bucket of Amazon S3, or of any server that speaks its protocol. */
import { createHash } from 'node:crypto'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { Problem } from '#infra/platform/index.ts'
import type { Secret } from '#infra/platform/index.ts'
import { memberDamaged, objectMissing, storeRefused, storeUnreachable } from '../problems.ts'
import { checkName } from './object-store.ts'
import type { ByteRange, ListedObject, ObjectStore } from './object-store.ts'

export interface S3Place {
  readonly bucket: string
  /** Before every name; empty, or without a slash at either end. */
  readonly prefix: string
  /** Without it Amazon's own. */
  readonly endpoint: string | undefined
  readonly region: string
  /** Without it what the machine offers: a role, a file of credentials. */
  readonly accessKeyId: string | undefined
  readonly secretAccessKey: Secret | undefined
  /** `https://host/bucket` instead of `https://bucket.host`. */
  readonly pathStyle: boolean
}

const CONNECT_TIMEOUT_MS = 3_000
const REQUEST_TIMEOUT_MS = 60_000
const ATTEMPTS = 3

/** Opens nothing yet. */
export function createS3Store(where: S3Place): ObjectStore {
  const client = createClient(where)
  const Bucket = where.bucket
  const begin = where.prefix === '' ? '' : `${where.prefix}/`
  const place = `s3://${Bucket}${where.prefix === '' ? '' : `/${where.prefix}`}`
  const toKey = (name: string): string => begin + checkName(name)
  const send = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw toProblem(place, name, error)
    }
  }
  return {
    place,
    async put(name, bytes) {
      // The server refuses what arrived otherwise than it was sent.
      const ContentMD5 = createHash('md5').update(bytes).digest('base64')
      await send(name, () =>
        client.send(new PutObjectCommand({ Bucket, Key: toKey(name), Body: bytes, ContentMD5 })),
      )
    },
    read: async (name, range) =>
      send(name, async () => {
        const Range = range === undefined ? {} : { Range: toHeader(range) }
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: toKey(name), ...Range }))
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
        if (range === undefined || bytes.byteLength === range.bytes) return bytes
        throw tooShort(name, range.offset)
      }),
    async *list(prefix) {
      let token: string | undefined
      do {
        const more = token === undefined ? {} : { ContinuationToken: token }
        const page = await send('', () =>
          client.send(new ListObjectsV2Command({ Bucket, Prefix: begin + prefix, ...more })),
        )
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
          const listed: ListedObject = {
            name: (Key ?? '').slice(begin.length),
            bytes: Size ?? 0,
            modifiedAt: LastModified ?? new Date(),
          }
          yield listed
        }
        token = page.NextContinuationToken
      } while (token !== undefined)
    },
    async delete(name) {
      await send(name, () => client.send(new DeleteObjectCommand({ Bucket, Key: toKey(name) })))
    },
    close: () => client.destroy(),
  }
}

function createClient({ endpoint, region, accessKeyId, secretAccessKey, pathStyle }: S3Place): S3Client {
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey: secretAccessKey.reveal() } }
  return new S3Client({
    region,
    forcePathStyle: pathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...credentials,
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    // Newer checksums in trailers are not understood by every server; Content-MD5 is, and members carry their own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

const toHeader = ({ offset, bytes }: ByteRange): string => `bytes=${offset}-${offset + bytes - 1}`
const tooShort = (object: string, offset: number) =>
  memberDamaged({ object, offset, what: 'the object is too short' })

const REFUSALS: ReadonlySet<string> = new Set([
  'NoSuchBucket',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'AccessDenied',
  'ExpiredToken',
  'CredentialsProviderError',
])

function toProblem(place: string, name: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Problem) return error
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
  if (error.name === 'NoSuchKey') return objectMissing({ object: name }, error)
  if (error.name === 'InvalidRange' || status === 416) return tooShort(name, 0)
  if (REFUSALS.has(error.name) || status === 401 || status === 403)
    return storeRefused({ place, code: error.name }, error)
  if (status !== undefined || error.name === 'TimeoutError')
    return storeUnreachable({ place, code: error.name }, error)
  const code = 'code' in error ? String(error.code) : ''
  return /^E[A-Z0-9]+$/.test(code) ? storeUnreachable({ place, code }, error) : error
}
