import { problem } from '#infra/platform/index.ts'

export const toolMissing = problem(
  'KAFKA_TOOL_MISSING',
  'missing',
  (d: { program: string; found: string }) =>
    `A Kafka broker needs Java 17 or newer and Maven 3.6 or newer; ${d.program} is ${d.found}. On Debian or Ubuntu: apt-get install openjdk-17-jre-headless maven. On macOS: brew install openjdk maven. Or set KAFKA_BROKERS to a broker that runs elsewhere.`,
)

export const jarsUnresolved = problem(
  'KAFKA_JARS_UNRESOLVED',
  'unavailable',
  (d: { output: string }) =>
    `Maven could not fetch Apache Kafka (infra/deploy/kafka/pom.xml): ${d.output}. Check the network and Maven's settings.xml, then try again.`,
)

export const brokerFailed = problem(
  'KAFKA_BROKER_FAILED',
  'unavailable',
  (d: { what: string; logFile: string }) => `The Kafka broker ${d.what}. See ${d.logFile}.`,
)
