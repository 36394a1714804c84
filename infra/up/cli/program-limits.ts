/** The commands about limits: of the platform, and of one project space. */
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Actions, LimitChange } from './options.ts'
import type { ReadGlobal } from './program.ts'

type Changes = Readonly<Record<string, LimitChange>>

interface SetOption {
  set: Changes
}

function parseValue(text: string): LimitChange {
  if (text === 'off' || text === 'default') return text
  const number = Number(text)
  if (text === '' || !Number.isFinite(number) || number < 0)
    throw new InvalidArgumentError('A value is a number, "off" for no limit, or "default".')
  return number
}

/** `name=value`, as often as it is said. */
function collect(text: string, before: Changes): Changes {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Say NAME=VALUE, as in lane.space_forms=200.')
  return { ...before, [text.slice(0, at)]: parseValue(text.slice(at + 1)) }
}

const setOption = (): Option =>
  new Option('--set <name=value>', 'change one: a number, "off" for no limit, or "default"; may be repeated')
    .argParser(collect)
    .default({}, 'change nothing')

export function createLimitsCommand(actions: Actions, readGlobal: ReadGlobal): Command {
  return new Command('limits')
    .description('how much may come in, and wait: show all limits of the platform, or change some')
    .addOption(setOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ casehouse limits\n  $ casehouse limits --set submission.global.second=200 --set lane.forms=4000',
    )
    .action(async ({ set }: SetOption, command: Command) =>
      actions.limits(readGlobal(command), { domain: undefined, set }),
    )
}

/** Stands below `domain`. */
export function createDomainLimitsCommand(actions: Actions, readGlobal: ReadGlobal): Command {
  return new Command('limits')
    .description('limits of a project space, and how much of them is used; or change some')
    .argument('<name>', 'project space')
    .addOption(setOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ casehouse domain limits clinic\n  $ casehouse domain limits clinic --set submission.baseline.hour=2000',
    )
    .action(async (domain: string, { set }: SetOption, command: Command) =>
      actions.limits(readGlobal(command), { domain, set }),
    )
}
