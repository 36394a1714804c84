/** A warehouse with its feed for one test file: events go in through the outbox, and come out of the engine. */
import { createTestDatabase, startTestEngine } from '#infra/harness/index.ts'
import {
  appendEvents,
  createConsumer,
  createLog,
  type Deliver,
  type NewEvent,
} from '#infra/platform/index.ts'
import { LOADER_CONSUMER } from '../contract.ts'
import { createDeliver, createLoader } from '../loader/loader.ts'

export const SILENT = createLog({ name: 'test', level: 'silent' })

export async function createPlace() {
  const database = await createTestDatabase()
  const engine = await startTestEngine()
  const { postgres } = database
  const options = { postgres, warehouse: engine.client, log: SILENT, now: () => new Date(), maxEvents: 500 }
  let loader = createLoader(options)
  return {
    postgres,
    warehouse: engine.client,
    async append(events: readonly NewEvent[]): Promise<void> {
      await postgres.transaction((client) => appendEvents(client, events))
    },
    /** Delivers what waits, range by range. */
    async load(): Promise<{ readonly deliveredEvents: number; readonly parkedEvents: number }> {
      const all = { deliveredEvents: 0, parkedEvents: 0 }
      for (;;) {
        const step = await loader.step()
        if (step.deliveredEvents === 0 && !step.isFenced) return all
        all.deliveredEvents += step.deliveredEvents
        all.parkedEvents += step.parkedEvents
      }
    },
    /** A loader that writes its next range to the engine and loses Postgres before it can say so. */
    async loadAndDie(): Promise<void> {
      await loader.close()
      const deliver = createDeliver(options)
      const dying: Deliver = async (range) => {
        await deliver(range)
        await postgres.pool.query(
          `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
             and database = (select oid from pg_database where datname = current_database())`,
        )
        return []
      }
      const consumer = createConsumer({
        ...options,
        name: LOADER_CONSUMER,
        topics: ['form-events.v1', 'case-events.v1', 'user-events.v1'],
        deliver: dying,
      })
      await consumer.step().then(
        () => Promise.reject(new Error('the loader was to die')),
        () => undefined,
      )
      await consumer.close()
      loader = createLoader(options)
    },
    async ask<T>(query: string): Promise<T[]> {
      return (await engine.client.query({ query, format: 'JSONEachRow' })).json<T>()
    },
    async drop(): Promise<void> {
      await loader.close()
      await engine.drop()
      await database.drop()
    },
  }
}

export type Place = Awaited<ReturnType<typeof createPlace>>
