/** Chance and ids as functions of the seed and the iteration, so that any iteration can tell what another one sent. */
import { createRandom, type Random } from '../../demo/random.ts'
import type { LoadContext } from './port.ts'

type Place = Pick<LoadContext, 'seed' | 'stream' | 'iteration'>

/** One to one on 32 bits, so that different iterations stay different. */
function mix(value: number): number {
  let mixed = value >>> 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0').slice(-digits)

/** The chance of one iteration. */
export function toRandom({ seed, stream, iteration }: Place): Random {
  return createRandom(mix(iteration ^ mix(seed + stream)))
}

const KINDS = { form: 0xf0, case: 0xca, user: 0x05 } as const

/** A UUID, never the same for two iterations of a run; spread over the whole range, as ids from phones are. */
export function toId(kind: keyof typeof KINDS, { seed, stream, iteration }: Place): string {
  const spread = mix(iteration ^ mix(seed ^ KINDS[kind]))
  return `${hex(spread, 8)}-${hex(KINDS[kind], 4)}-4${hex(stream, 3)}-a000-${hex(seed >>> 0, 12)}`
}
