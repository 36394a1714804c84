/**
 * A synchronous evaluation over an asynchronous database: evaluate, note what was asked for and is not there yet, load all of it at once,
 * evaluate again. A tree that asks for the parent of a parent takes three rounds, however many rows ask.
 */
import type { Lookup } from '../interpret/context.ts'

/** One question to the lookup: which of its functions, and with what. */
export interface Question {
  readonly ask: keyof Lookup
  readonly args: readonly unknown[]
}

export interface RoundsOptions {
  /** Answers questions, in their order, each with what that function of the lookup returns. */
  readonly load: (questions: readonly Question[]) => Promise<readonly unknown[]>
  /** A tree that goes on asking after so many rounds gets nothing more. */
  readonly roundsMax?: number
}

const EMPTY: Readonly<Record<keyof Lookup, unknown>> = {
  document: null,
  formsOfCase: [],
  subcases: [],
  groupsOfUser: [],
  balances: {},
}

/** What was answered so far, kept over all evaluations that share it. */
function createMemory() {
  const answers = new Map<string, unknown>()
  const wanted = new Map<string, Question>()
  const answer = (ask: keyof Lookup, args: readonly unknown[]): unknown => {
    const key = JSON.stringify([ask, ...args])
    if (answers.has(key)) return answers.get(key)
    wanted.set(key, { ask, args })
    return EMPTY[ask]
  }
  const lookup: Lookup = {
    // Each answer has the type that its function returns: `load` says so.
    document: (...args) => answer('document', args) as ReturnType<Lookup['document']>,
    formsOfCase: (...args) => answer('formsOfCase', args) as ReturnType<Lookup['formsOfCase']>,
    subcases: (...args) => answer('subcases', args) as ReturnType<Lookup['subcases']>,
    groupsOfUser: (...args) => answer('groupsOfUser', args) as ReturnType<Lookup['groupsOfUser']>,
    balances: (...args) => answer('balances', args) as ReturnType<Lookup['balances']>,
  }
  return { answers, wanted, lookup }
}

const ROUNDS_MAX = 20

/**
 * @returns runs `work` until it asks for nothing new, and gives its last result. `work` must be pure but for its questions.
 * One load a round; answers are kept for the life of the returned function, so use one for each batch.
 */
export function createRounds({ load, roundsMax = ROUNDS_MAX }: RoundsOptions) {
  const { answers, wanted, lookup } = createMemory()
  return async function evaluateInRounds<T>(work: (lookup: Lookup) => T): Promise<T> {
    for (let round = 0; ; round++) {
      wanted.clear()
      const result = work(lookup)
      if (wanted.size === 0 || round >= roundsMax) return result
      const questions = [...wanted]
      const loaded = await load(questions.map(([, question]) => question))
      for (const [index, [key, { ask }]] of questions.entries()) answers.set(key, loaded[index] ?? EMPTY[ask])
    }
  }
}
