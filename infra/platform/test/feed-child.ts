/**
 * A consumer in a process of its own, to be killed: its store is the table `test_deliveries`. Told by one JSON argument; on its delivery number
 * `dieAt` it stores the range and is gone before it can say so, as by a power cut.
 */
import { createConsumer, createLog, createPostgres, Secret, type Deliver } from '#infra/platform/index.ts'
import { createKafka, createKafkaConsumer } from '../kafka/index.ts'
import { ChildTold } from './feed-child-told.ts'

const told = ChildTold.parse(JSON.parse(process.argv[2] ?? ''))
const log = createLog({ name: 'child', level: 'silent' })
const { password, ...place } = told.postgres
const postgres = createPostgres({ ...place, password: new Secret(password) })

let deliveries = 0
const deliver: Deliver = async ({ token, events }) => {
  await postgres.pool.query('insert into test_deliveries (token, keys) values ($1, $2)', [
    token,
    events.map(({ eventKey, payload }) => `${eventKey}=${payload}`),
  ])
  deliveries += 1
  if (deliveries === told.dieAt) process.kill(process.pid, 'SIGKILL')
  if (deliveries === told.stopAt) process.kill(process.pid, 'SIGSTOP')
  return []
}

const options = { postgres, log, deliver, name: told.name, topics: told.topics, maxEvents: told.maxEvents }
const consumer =
  told.kafka === undefined
    ? createConsumer(options)
    : createKafkaConsumer({ ...options, kafka: createKafka({ ...told.kafka, log }), sessionTimeoutMs: 6_000 })
await consumer.run()
