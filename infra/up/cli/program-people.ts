/** The commands about project spaces, people and keys. */
import { Command, Option } from 'commander'
import { ROLES, type Role } from '#tenants/contract.ts'
import type { Actions } from './options.ts'
import { createDomainLimitsCommand, createLimitsCommand } from './program-limits.ts'
import type { ReadGlobal } from './program.ts'

export function createPeopleCommands(actions: Actions, readGlobal: ReadGlobal): readonly Command[] {
  return [
    createDomain(actions, readGlobal),
    createUser(actions, readGlobal),
    createWorker(actions, readGlobal),
    createKey(actions, readGlobal),
    createLimitsCommand(actions, readGlobal),
  ]
}

function createDomain(actions: Actions, readGlobal: ReadGlobal): Command {
  const domain = new Command('domain').description('project spaces')
  domain
    .command('create')
    .description('a new project space')
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .option('--title <text>', 'what people read (default: the name)')
    .option('--timezone <zone>', 'IANA time zone of its reports (default: UTC)')
    .addHelpText(
      'after',
      '\nExample:\n  $ casehouse domain create clinic --title "District clinics" --timezone Asia/Kathmandu',
    )
    .action(async (name: string, options: { title?: string; timezone?: string }, command: Command) =>
      actions.domainCreate(readGlobal(command), {
        domain: name,
        title: options.title,
        timezone: options.timezone,
      }),
    )
  domain
    .command('list')
    .description('all project spaces')
    .addHelpText('after', '\nExample:\n  $ casehouse domain list --json')
    .action(async (_options, command: Command) => actions.domainList(readGlobal(command)))
  domain.addCommand(createDomainLimitsCommand(actions, readGlobal))
  return domain
}

function createUser(actions: Actions, readGlobal: ReadGlobal): Command {
  const user = new Command('user').description('web users: people who view and administer')
  user
    .command('create')
    .description('a new web user, or an existing one in one more project space')
    .argument('<email>')
    .requiredOption('--domain <name>', 'project space')
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).makeOptionMandatory())
    .option('--password <text>', 'default: a random one, shown once')
    .addHelpText(
      'after',
      '\nExample:\n  $ casehouse user create lina@example.org --domain clinic --role reader',
    )
    .action(
      async (email: string, options: { domain: string; role: Role; password?: string }, command: Command) =>
        actions.userCreate(readGlobal(command), {
          email,
          domain: options.domain,
          role: options.role,
          password: options.password,
        }),
    )
  user
    .command('password')
    .description('give a web user a new password')
    .argument('<email>')
    .option('--password <text>', 'default: a random one, shown once')
    .addHelpText('after', '\nExample:\n  $ casehouse user password admin@casehouse.local')
    .action(async (email: string, options: { password?: string }, command: Command) =>
      actions.userPassword(readGlobal(command), { email, password: options.password }),
    )
  return user
}

function createWorker(actions: Actions, readGlobal: ReadGlobal): Command {
  const worker = new Command('worker').description('mobile workers: people who send forms')
  worker
    .command('create')
    .description('a new mobile worker')
    .argument('<domain>', 'project space')
    .argument('<username>', 'as typed on the phone')
    .option('--password <text>', 'default: a random one, shown once')
    .option('--first-name <text>')
    .option('--last-name <text>')
    .addHelpText('after', '\nExample:\n  $ casehouse worker create clinic asha --first-name Asha --json')
    .action(async (domain: string, username: string, options: WorkerNames, command: Command) =>
      actions.workerCreate(readGlobal(command), {
        domain,
        username,
        password: options.password,
        firstName: options.firstName,
        lastName: options.lastName,
      }),
    )
  worker
    .command('password')
    .description('give a mobile worker a new password')
    .argument('<domain>', 'project space')
    .argument('<username>')
    .option('--password <text>', 'default: a random one, shown once')
    .addHelpText('after', '\nExample:\n  $ casehouse worker password clinic asha')
    .action(async (domain: string, username: string, options: { password?: string }, command: Command) =>
      actions.workerPassword(readGlobal(command), { domain, username, password: options.password }),
    )
  return worker
}

interface WorkerNames {
  password?: string
  firstName?: string
  lastName?: string
}

function createKey(actions: Actions, readGlobal: ReadGlobal): Command {
  const key = new Command('key').description('API keys for programs')
  key
    .command('create')
    .description('a new key, shown once')
    .argument('<domain>', 'project space')
    .argument('<name>', 'what it is for; also stands where a username would')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('reader'))
    .addHelpText('after', '\nExample:\n  $ casehouse key create clinic powerbi')
    .action(async (domain: string, name: string, options: { role: Role }, command: Command) =>
      actions.keyCreate(readGlobal(command), { domain, name, role: options.role }),
    )
  return key
}
