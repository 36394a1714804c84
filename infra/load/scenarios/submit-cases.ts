import { toId, toRandom } from './chance.ts'
import type { Exchange, LoadContext, Scenario } from './port.ts'
import { toSubmission, workerOf } from './submission.ts'

const REGISTRATION = { xmlns: 'http://openrosa.org/formdesigner/load-registration', name: 'Registration' }
const VISIT = { xmlns: 'http://openrosa.org/formdesigner/load-visit', name: 'Visit' }
/** Draws until a registration is found among the iterations before; where none is, the form registers. */
const DRAWS = 40

/** The context of an earlier iteration that registered a case, at random. */
function findRegistered(
  context: LoadContext,
  registers: (context: LoadContext) => boolean,
): LoadContext | undefined {
  if (context.iteration === 0) return undefined
  const random = toRandom(context)
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const earlier = { ...context, iteration: random.int(0, context.iteration - 1) }
    if (registers(earlier)) return earlier
  }
  return undefined
}

/**
 * A form that registers a case, or a visit of one that an earlier iteration has registered, by the worker who owns it.
 * @param registers whether an iteration registers; pure
 */
export function toCaseForm(context: LoadContext, registers: (context: LoadContext) => boolean): Exchange {
  const registered = registers(context) ? undefined : findRegistered(context, registers)
  const origin = registered ?? context
  const worker = workerOf(origin)
  const caseBlock = {
    caseId: toId('case', origin),
    ownerId: worker.userId,
    creates: registered === undefined,
    weightGrams: 2_500 + (context.iteration % 9_000),
  }
  return toSubmission(context, { ...(registered === undefined ? REGISTRATION : VISIT), worker }, caseBlock)
}

/** Half of the forms register a case, half update one. */
export const submitCases: Scenario = {
  name: 'submit-cases',
  summary: 'forms of 4 to 10 kB, half of which register a case and half update one',
  begin: (context) => toCaseForm(context, ({ iteration }) => iteration % 2 === 0),
}
