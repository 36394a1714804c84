import { problem } from '../problem.ts'

export const kafkaUnreachable = problem(
  'PLATFORM_KAFKA_UNREACHABLE',
  'unavailable',
  (d: { code: string }) =>
    `Kafka does not answer as it should (${d.code}). Check that the brokers of KAFKA_BROKERS run and can be reached from here.`,
)

export const kafkaDenied = problem(
  'PLATFORM_KAFKA_DENIED',
  'bug',
  (d: { code: string }) =>
    `Kafka refuses this login or what it may do (${d.code}). Check KAFKA_USERNAME and KAFKA_PASSWORD, and the rights of that user on the topics and groups.`,
)

export const kafkaEventsGone = problem(
  'PLATFORM_KAFKA_EVENTS_GONE',
  'bug',
  (d: { consumer: string; topic: string; partition: number; wanted: string; low: string; high: string }) =>
    `The consumer ${d.consumer} is to go on at ${d.topic}, partition ${d.partition}, offset ${d.wanted}, but Kafka holds ${d.low} to ${d.high}: the topic was made anew, or its retention is shorter than the consumer was away. Set done_offset of its row in feed.partitions to -1 and planned_offset to null, set kafka-relay in feed.consumers back to publish again what the outbox keeps, and run casehouse audit --repair; nothing is delivered twice.`,
)

export const kafkaTurnLost = problem(
  'PLATFORM_KAFKA_TURN_LOST',
  'unavailable',
  (d: { consumer: string; topic: string; partition: number }) =>
    `Another instance of ${d.consumer} has partition ${d.partition} of ${d.topic} now; what this one did of its range is delivered again under the same token.`,
)
