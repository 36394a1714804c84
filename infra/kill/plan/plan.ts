/** Which faults strike when: the same seed gives the same plan. Pure. */
import { createRandom } from '../../demo/random.ts'
import type { Random } from '../../demo/random.ts'
import { nameOf, type Fault, type FaultType } from './fault.ts'

export interface PlanAsked {
  readonly seed: number
  readonly kills: number
  readonly types: readonly FaultType[]
}

const LONGEST_GAP_MS = 1_500
const HOLD_MS = { low: 300, high: 4_000 } as const
const LATEST_TIME = 4
const OVERLAP_SHARE = 0.25

/** Every type once before any comes again, each round in an order of its own. */
export function createPlan({ seed, kills, types }: PlanAsked): readonly Fault[] {
  const random = createRandom(seed)
  const faults: Fault[] = []
  if (types.length === 0) return faults
  while (faults.length < kills) {
    for (const type of shuffle(types, random).slice(0, kills - faults.length)) {
      faults.push(toFault(type, faults.length + 1, random))
    }
  }
  return faults
}

function toFault(type: FaultType, number: number, random: Random): Fault {
  return {
    ...type,
    number,
    gapMs: random.int(0, LONGEST_GAP_MS),
    holdMs: random.int(HOLD_MS.low, HOLD_MS.high),
    time: random.int(1, LATEST_TIME),
    // What fills the disk is overcome by itself alone; two at once would only tell that a full disk is a full disk.
    isOverlapped: type.kind !== 'fill' && random.chance(OVERLAP_SHARE),
  }
}

function shuffle<T>(items: readonly T[], random: Random): readonly T[] {
  const keyed = items.map((item) => ({ item, key: random.next() }))
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
}

/** Types whose name holds the text. */
export function chooseTypes(types: readonly FaultType[], only: string | undefined): readonly FaultType[] {
  if (only === undefined) return types
  const words = only.split(',')
  return types.filter((type) => words.some((word) => nameOf(type).includes(word)))
}
