import type { Scenario } from './port.ts'
import { toSubmission, workerOf } from './submission.ts'

/** Forms that touch no case: surveys. */
export const submit: Scenario = {
  name: 'submit',
  summary: 'surveys of 4 to 10 kB, which touch no case',
  begin: (context) =>
    toSubmission(
      context,
      { xmlns: 'http://openrosa.org/formdesigner/load-survey', name: 'Survey', worker: workerOf(context) },
      null,
    ),
}
