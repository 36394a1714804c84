/** The command line of the suite. */
import { parseArgs } from 'node:util'
import { optionInvalid } from './problems.ts'
import type { RunOptions } from './run.ts'

export const HELP = `npm run test:kill -- [options]

Harms a running platform while people work with it, and compares in the end what everybody knows.

  --kills N     faults to inject (default 40)
  --seed N      the same seed gives the same faults in the same order (default: any)
  --minutes N   begin no fault later than that (default: no limit)
  --kafka       the feed through a real broker, which is harmed too (Java 17, Maven)
  --only TEXT   only faults whose name holds this; several with commas ("kill postgres,fill")
  --clients N   clients in each of the two project spaces (default 4)
  --json        one object on stdout
  --help

Exit code 1: something was lost, counted twice, out of order, or did not come back. Then everything is kept.
`

export type KillOptions = Omit<RunOptions, 'env' | 'tell'> & { readonly json: boolean }

/** @throws KILL_OPTION_INVALID, and what parseArgs throws for an option that it does not know */
export function readOptions(args: readonly string[], randomSeed: () => number): KillOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '40' },
      seed: { type: 'string' },
      minutes: { type: 'string' },
      kafka: { type: 'boolean', default: false },
      only: { type: 'string' },
      clients: { type: 'string', default: '4' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const seed = values.seed === undefined ? randomSeed() : toNumber('seed', values.seed)
  return {
    seed,
    kills: toNumber('kills', values.kills),
    hasKafka: values.kafka,
    only: values.only,
    longestMs: values.minutes === undefined ? Infinity : toNumber('minutes', values.minutes) * 60_000,
    domains: 2,
    clientsPerDomain: toNumber('clients', values.clients),
    longestPauseMs: 100,
    json: values.json,
  }
}

function toNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw optionInvalid({ option, expected: 'a whole number' })
  return Number(text)
}
