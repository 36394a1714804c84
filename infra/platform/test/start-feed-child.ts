/** Starts `feed-child.ts` on a test database; it reads the topic `form-events.v1` as the consumer `store`. */
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { TestDatabase } from '#infra/harness/index.ts'
import type { ChildTold } from './feed-child-told.ts'

const CHILD = join(import.meta.dirname, 'feed-child.ts')

export interface FeedChild {
  readonly child: ChildProcess
  /** The signal that ended it, or what it said. */
  readonly ended: Promise<string>
}

export function startFeedChild(
  database: TestDatabase,
  told: Pick<ChildTold, 'kafka' | 'dieAt' | 'stopAt'>,
): FeedChild {
  const { host, port, user, password, database: name } = database.options
  const argument = {
    postgres: { host, port, user, password: password?.reveal(), database: name },
    name: 'store',
    topics: ['form-events.v1'],
    maxEvents: 10,
    ...told,
  }
  const child = spawn(process.execPath, [CHILD, JSON.stringify(argument)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<string>((done) => child.once('exit', (_code, signal) => done(signal ?? output)))
  return { child, ended }
}

export interface Delivery {
  readonly token: string
  /** `key=payload` of each event. */
  readonly keys: readonly string[]
}

/** The store of the children. */
export async function createDeliveries({ postgres }: TestDatabase): Promise<void> {
  await postgres.pool.query(
    'create table test_deliveries (n bigint generated always as identity, token text, keys text[])',
  )
}

export async function readDeliveries({ postgres }: TestDatabase): Promise<readonly Delivery[]> {
  const { rows } = await postgres.pool.query<Delivery>('select token, keys from test_deliveries order by n')
  return rows
}
