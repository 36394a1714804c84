/** Every load scenario, by our own generator, against a whole platform. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLoadPlatform, type LoadPlatform } from '../load/bench/load-platform.ts'
import { toConstantPlan } from '../load/bench/plans.ts'
import { generate } from '../load/generator/start-generator.ts'
import { SCENARIOS } from '../load/scenarios/scenarios.ts'

const RATE = 10
const SECONDS = 3

let platform: LoadPlatform
beforeAll(async () => {
  platform = await startLoadPlatform()
})
afterAll(() => platform?.stop())

it.each(SCENARIOS.map(({ name }, index) => ({ name, seed: index + 1 })))(
  'runs $name without an error',
  async ({ name, seed }) => {
    const { url, domains, authorization } = platform
    const start = { url, scenario: name, target: { domains, authorization, seed } }
    const result = await generate(toConstantPlan(start, RATE, SECONDS))
    expect(result.errors).toEqual({})
    expect(result).toMatchObject({ completed: RATE * SECONDS, failed: 0, dropped: 0 })
  },
)
