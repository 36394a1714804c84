import { problem } from './problem.ts'

export const configInvalid = problem(
  'PLATFORM_CONFIG_INVALID',
  'invalid',
  (d: { faults: readonly string[] }) =>
    `The configuration is not usable:\n${d.faults.map((fault) => `  ${fault}`).join('\n')}`,
)
