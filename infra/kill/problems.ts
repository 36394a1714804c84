import { problem } from '#infra/platform/index.ts'

export const platformNotUp = problem(
  'KILL_PLATFORM_NOT_UP',
  'bug',
  (d: { said: string }) => `The platform that shall be harmed did not start:\n${d.said}`,
)

export const setUpRefused = problem(
  'KILL_SETUP_REFUSED',
  'bug',
  (d: { path: string; status: number }) => `Before the first fault ${d.path} was answered ${d.status}.`,
)

export const optionInvalid = problem(
  'KILL_OPTION_INVALID',
  'invalid',
  (d: { option: string; expected: string }) => `--${d.option} must be ${d.expected}. Try --help.`,
)
