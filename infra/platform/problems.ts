import { problem } from './problem.ts'

export const configInvalid = problem(
  'PLATFORM_CONFIG_INVALID',
  'invalid',
  (d: { faults: readonly string[] }) =>
    `The configuration is not usable:\n${d.faults.map((fault) => `  ${fault}`).join('\n')}`,
)

export const failPointUnknown = problem(
  'PLATFORM_FAIL_POINT_UNKNOWN',
  'invalid',
  (d: { given: string; points: readonly string[]; actions: readonly string[] }) =>
    `CASEHOUSE_FAIL_POINTS takes POINT=ACTION or POINT=ACTION:TIME, separated by commas; POINT is one of ${d.points.join(', ')}; ACTION one of ${d.actions.join(', ')}.`,
)
