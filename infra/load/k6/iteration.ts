/** Runs scenarios inside k6, which has neither Node's modules nor promises that it waits for. */
import { check } from 'k6'
import exec from 'k6/execution'
import http from 'k6/http'
import { toContext, type Exchange, type LoadTarget, type Scenario } from '../scenarios/port.ts'
import { settings } from './settings.ts'

/** Once before the run; what it returns is given to every iteration. */
export function setup(): LoadTarget {
  return {
    domains: [settings.domain],
    authorization: settings.key === '' ? null : `ApiKey ${settings.key}`,
    seed: settings.seed === 0 ? Date.now() % 0x7fff_ffff : settings.seed,
  }
}

/** One iteration: asks until the scenario has nothing more to ask or an answer is wrong. */
export function runIteration(scenario: Scenario, target: LoadTarget): void {
  const context = toContext(target, exec.scenario.iterationInTest, new Date())
  for (let exchange: Exchange | null = scenario.begin(context); exchange !== null;) exchange = ask(exchange)
}

/** @returns what is to be asked next */
function ask({ request, check: findWrong, next }: Exchange): Exchange | null {
  const { name, method, path, headers, body = null } = request
  const response = http.request(method, `${settings.url}${path}`, body, {
    headers: { ...headers },
    // Without a name each address would be a metric of its own.
    tags: { name },
  })
  const answer = { status: response.status, body: typeof response.body === 'string' ? response.body : '' }
  const wrong = findWrong(answer)
  check(answer, { [`${name} is as expected`]: () => wrong === null })
  return wrong === null ? (next?.(answer) ?? null) : null
}
