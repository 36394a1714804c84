/** The generator's process: takes one plan from its parent, tells of acknowledged forms as it goes, then the result. */
import { LoadPlan, type Acknowledged } from './plan.ts'
import { runPlan } from './run-plan.ts'

const TELL_EVERY_MS = 25

process.once('message', (message) => {
  let forms: Acknowledged[] = []
  const tell = (): void => {
    if (forms.length > 0) process.send?.({ kind: 'acknowledged', forms })
    forms = []
  }
  const timer = setInterval(tell, TELL_EVERY_MS)
  const finish = (last: object): void => {
    clearInterval(timer)
    tell()
    process.send?.(last, () => process.disconnect())
  }
  runPlan(LoadPlan.parse(message), (form) => forms.push(form)).then(
    (result) => finish({ kind: 'result', result }),
    (error: unknown) =>
      finish({ kind: 'failed', reason: error instanceof Error ? error.message : 'unknown' }),
  )
})
// Ends with its parent, whatever became of the parent.
process.on('disconnect', () => process.exit(0))
process.send?.({ kind: 'ready' })
