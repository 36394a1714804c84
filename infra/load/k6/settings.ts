/** What k6 is told with `-e NAME=VALUE`, and the options of a run. */
import type { Options, Scenario as K6Scenario, Threshold } from 'k6/options'
import type { Stage } from '../scenarios/mixed-day.ts'

const number = (name: string, missing: number): number => {
  const text = __ENV[name]
  if (text === undefined || text === '') return missing
  const value = Number(text)
  if (!(value > 0)) throw new Error(`${name} takes a number above 0, not ${text}.`)
  return value
}

export const settings = {
  /** Where the platform answers. */
  url: __ENV['CASEHOUSE_URL'] ?? 'http://127.0.0.1:8400',
  domain: __ENV['CASEHOUSE_DOMAIN'] ?? 'demo',
  /** NAME:KEY of a key of that project space. */
  key: __ENV['CASEHOUSE_KEY'] ?? '',
  rate: number('RATE', 20),
  seconds: number('SECONDS', 60),
  /** Of the mixed day: how many times as fast as the clock. */
  speed: number('SPEED', 60),
  p99Ms: number('P99_MS', 1_000),
  /** 0: one that no other run has. */
  seed: __ENV['SEED'] === undefined ? 0 : number('SEED', 1),
} as const

/** No error, no iteration that was due and did not begin: with these, what is measured is the load that was meant. */
const THRESHOLDS: Readonly<Record<string, Threshold[]>> = {
  http_req_duration: [`p(99)<${settings.p99Ms}`],
  http_req_failed: ['rate==0'],
  checks: ['rate==1'],
  dropped_iterations: ['count==0'],
}

/** Virtual users that stand ready: as many as are under way when each iteration takes twice the p99 that is asked for. */
function toUsers(rate: number): { readonly preAllocatedVUs: number; readonly maxVUs: number } {
  const preAllocatedVUs = Math.max(20, Math.ceil((rate * settings.p99Ms) / 500))
  return { preAllocatedVUs, maxVUs: preAllocatedVUs * 2 }
}

function toOptions(name: string, scenario: K6Scenario): Options {
  return { scenarios: { [name]: scenario }, thresholds: { ...THRESHOLDS } }
}

/** `RATE` iterations a second for `SECONDS`. */
export function atConstantRate(name: string): Options {
  return toOptions(name, {
    executor: 'constant-arrival-rate',
    exec: 'iterate',
    rate: settings.rate,
    timeUnit: '1s',
    duration: `${settings.seconds}s`,
    ...toUsers(settings.rate),
  })
}

/** Iterations at a rate that goes from stage to stage. */
export function atRampingRate(name: string, stages: readonly Stage[]): Options {
  return toOptions(name, {
    executor: 'ramping-arrival-rate',
    exec: 'iterate',
    startRate: 1,
    timeUnit: '1s',
    stages: stages.map(({ target, seconds }) => ({ target, duration: `${seconds}s` })),
    ...toUsers(Math.max(...stages.map(({ target }) => target))),
  })
}
