/** A seeded source of chance, so that the demo is the same each time. Not for secrets. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** About normal, by the sum of uniform draws. */
  normal(mean: number, deviation: number): number
  uuid(): string
  /** 32 hexadecimal digits, the form of user and location ids. */
  hex(): string
}

/** Mulberry32: 32 bits of state, good enough to look natural. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  const word = (): string =>
    Math.floor(next() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0')
  const hex = (): string => word() + word() + word() + word()
  return {
    next,
    int,
    hex,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[int(0, items.length - 1)]
      if (item === undefined) throw new RangeError('pick needs at least one item')
      return item
    },
    normal: (mean, deviation) => {
      let sum = 0
      for (let draw = 0; draw < 12; draw += 1) sum += next()
      return mean + (sum - 6) * deviation
    },
    uuid: () => {
      const h = hex()
      return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`
    },
  }
}
