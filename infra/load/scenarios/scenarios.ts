import { apiReader } from './api-reader.ts'
import { dashboardReader } from './dashboard-reader.ts'
import { mixedDay } from './mixed-day.ts'
import type { Scenario } from './port.ts'
import { submit } from './submit.ts'
import { submitCases } from './submit-cases.ts'

/** All of them; each has a k6 script of its name and is run by the tests. */
export const SCENARIOS: readonly Scenario[] = [submit, submitCases, dashboardReader, apiReader, mixedDay]

/** @throws RangeError naming those there are */
export function getScenario(name: string): Scenario {
  const scenario = SCENARIOS.find((each) => each.name === name)
  if (scenario) return scenario
  throw new RangeError(`No scenario ${name}; there are ${SCENARIOS.map((each) => each.name).join(', ')}.`)
}
