/** The one place where an error of kafkajs becomes a `Problem`. What it does not know stays as it is: a bug. */
import kafkajs from 'kafkajs'
import { Problem } from '../problem.ts'
import { kafkaDenied, kafkaUnreachable } from './problems.ts'

// Its errors are spread into its exports, where Node does not see their names.
const { KafkaJSError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } = kafkajs

/** What the message itself is to blame for: trying again would not help. */
const MESSAGE_FAULTS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
])
const DENIALS =
  /AUTHORIZATION_FAILED|SASL_AUTHENTICATION_FAILED|UNSUPPORTED_SASL_MECHANISM|ILLEGAL_SASL_STATE/

/**
 * Translates what kafkajs threw; a `Problem`, or what is not its own, is returned as it came. All that is neither a fault of the message nor a
 * refusal passes, a lost sequence of the idempotent producer too: the relay opens a new producer, and readers drop repeats.
 */
export function toKafkaProblem(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof KafkaJSError)) return error
  const code = codeOf(error)
  if (MESSAGE_FAULTS.has(code)) return error
  return DENIALS.test(code) ? kafkaDenied({ code }, error) : kafkaUnreachable({ code }, error)
}

function codeOf(error: Error): string {
  if (error instanceof KafkaJSProtocolError) return error.type
  if (error instanceof KafkaJSNumberOfRetriesExceeded && error.cause instanceof Error)
    return codeOf(error.cause)
  return error.name
}

export function isKafkaError(error: unknown): boolean {
  return error instanceof KafkaJSError
}
