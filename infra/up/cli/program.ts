/** The command line as it is typed and explained. It parses and calls one action; the actions do the work. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { ROLE_NAMES } from '../roles/role.ts'
import { createPeopleCommands } from './program-people.ts'
import { GlobalOptions, type Actions } from './options.ts'

export interface ProgramOptions {
  readonly actions: Actions
  readonly version: string
  readonly defaultData: string
}

/** Reads the options that stand anywhere on the line. */
export type ReadGlobal = (command: Command) => GlobalOptions

const readGlobal: ReadGlobal = (command) => {
  const parsed = GlobalOptions.safeParse(command.optsWithGlobals())
  if (parsed.success) return parsed.data
  const field = parsed.error.issues[0]?.path[0]
  const advice =
    field === 'key' ? '--key must be USER:KEY' : '--url must be a whole http:// or https:// address'
  return command.error(`error: ${advice}`)
}

/** Builds the program; nothing runs before `parseAsync`. */
export function createProgram({ actions, version, defaultData }: ProgramOptions): Command {
  const program = new Command('casehouse')
    .description('Analytics-first platform for mobile data collection and case management, in one command.')
    .version(version)
    .addOption(new Option('--json', 'print one JSON object on stdout and nothing else'))
    .addOption(
      new Option('--data <dir>', 'directory that holds everything kept')
        .env('CASEHOUSE_DATA')
        .default(defaultData),
    )
    .addOption(new Option('--url <url>', 'talk to the platform at this address').env('CASEHOUSE_URL'))
    .addOption(new Option('--key <user:key>', 'API key for --url').env('CASEHOUSE_KEY'))
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showHelpAfterError('(add --help for what can be said)')
    .addHelpText('after', PROGRAM_EXAMPLES)
  addUp(program, actions)
  addServe(program, actions)
  addRestart(program, actions)
  for (const command of createPeopleCommands(actions, readGlobal)) program.addCommand(command)
  addForm(program, actions)
  addDemo(program, actions)
  addFeed(program, actions)
  addArchive(program, actions)
  addCare(program, actions)
  inheritHelp(program)
  // What is behind it explains itself.
  program.commands.find((command) => command.name() === 'dev')?.helpOption(false)
  return program
}

const PROGRAM_EXAMPLES = `
Examples:
  $ casehouse up                                     start everything, with a demo project the first time
  $ casehouse domain create clinic --timezone Africa/Dar_es_Salaam
  $ casehouse worker create clinic asha --json       a mobile worker, with a fresh password
  $ casehouse form submit clinic visit.xml           send a form as a phone would
  $ casehouse doctor                                 what is wrong, and what to do about it

Commands talk to the platform that runs on the data directory, or to --url with --key; with nothing running they work
on the data directly. What concerns more than one project space needs --key operator:TOKEN, where TOKEN is the
operator_token in the secrets.json of that platform's data directory.`

/** commander copies these settings only to commands made by \`.command()\`. */
function inheritHelp(program: Command): void {
  for (const command of program.commands) {
    command.copyInheritedSettings(program)
    inheritHelp(command)
  }
}

function addUp(program: Command, actions: Actions): void {
  program
    .command('up')
    .description('start the whole platform on this machine, until Ctrl-C')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port of the platform (default: 8400; 0: any free one)', parsePort)
    .option('--engine-port <n>', 'port of the warehouse engine (default: the one after --port)', parsePort)
    .option(
      '--dashboards-port <n>',
      'inner port of the dashboards (default: the second after --port)',
      parsePort,
    )
    .option('--no-demo', 'do not fill the demo project on the first start')
    .option('--no-dashboards', 'serve the API without the pages')
    .addHelpText(
      'after',
      '\nExamples:\n  $ casehouse up\n  $ casehouse up --no-demo --data /srv/casehouse --port 9000 --host 0.0.0.0',
    )
    .action(async (options, command: Command) => actions.up(readGlobal(command), options))
}

function addServe(program: Command, actions: Actions): void {
  program
    .command('serve')
    .description('run single roles in this process, configured by the environment')
    .addArgument(new Argument('<role...>', 'what to run').choices(ROLE_NAMES))
    .addHelpText(
      'after',
      '\nExample:\n  $ DATABASE_URL=postgres://… CLICKHOUSE_URL=http://… casehouse serve api loader',
    )
    .action(async (roles: string[], _options, command: Command) => actions.serve(readGlobal(command), roles))
}

function addRestart(program: Command, actions: Actions): void {
  program
    .command('restart')
    .description(
      'put new processes in the place of those that run, one role after the other, refusing nobody',
    )
    .addArgument(new Argument('[role...]', 'what to restart (default: every role)').choices(ROLE_NAMES))
    .addHelpText('after', '\nExamples:\n  $ casehouse restart\n  $ casehouse restart api loader --json')
    .action(async (roles: string[], _options, command: Command) =>
      actions.restart(readGlobal(command), roles),
    )
}

function addForm(program: Command, actions: Actions): void {
  const form = program.command('form').description('send, archive and unarchive forms')
  form
    .command('submit')
    .description('send a form as a device would')
    .argument('<domain>', 'project space')
    .argument('<file>', 'the form, XML')
    .option('--attachment <file...>', 'files that go with it, named as the form names them')
    .addHelpText('after', '\nExample:\n  $ casehouse form submit clinic visit.xml --attachment photo.jpg')
    .action(async (domain: string, file: string, options: { attachment?: string[] }, command: Command) =>
      actions.formSubmit(readGlobal(command), { domain, file, attachments: options.attachment ?? [] }),
    )
  for (const verb of ['archive', 'unarchive'] as const) {
    const act = verb === 'archive' ? actions.formArchive : actions.formUnarchive
    form
      .command(verb)
      .description(
        verb === 'archive' ? 'take a form out of all cases and reports' : 'put an archived form back',
      )
      .argument('<domain>', 'project space')
      .argument('<form_id>', 'id of the form')
      .addHelpText(
        'after',
        `\nExample:\n  $ casehouse form ${verb} clinic 0b2c1d1e-6a53-4f0e-9b0c-5a7f0a4b6c1d`,
      )
      .action(async (domain: string, formId: string, _options, command: Command) =>
        act(readGlobal(command), { domain, formId }),
      )
  }
}

function addDemo(program: Command, actions: Actions): void {
  program
    .command('demo')
    .description('the demo project')
    .command('load')
    .description('fill the project space "demo" through the receiver')
    .option('--seed <n>', 'the same seed gives the same programme', parseNumber, 1)
    .addHelpText('after', '\nExample:\n  $ casehouse demo load')
    .action(async (options: { seed: number }, command: Command) =>
      actions.demoLoad(readGlobal(command), options),
    )
}

function addFeed(program: Command, actions: Actions): void {
  const feed = program.command('feed').description('the stream from forms to reports')
  feed
    .command('status')
    .description('how far each consumer is, and what is parked')
    .addHelpText('after', '\nExample:\n  $ casehouse feed status --json')
    .action(async (_options, command: Command) => actions.feedStatus(readGlobal(command)))
  feed
    .command('replay')
    .description('send parked events again')
    .option('--parked-id <n>', 'only this one', parseNumber)
    .addHelpText('after', '\nExamples:\n  $ casehouse feed replay\n  $ casehouse feed replay --parked-id 42')
    .action(async (options: { parkedId?: number }, command: Command) =>
      actions.feedReplay(readGlobal(command), { parkedId: options.parkedId }),
    )
}

function addArchive(program: Command, actions: Actions): void {
  const archive = program.command('archive').description('where forms are kept in the long run')
  archive
    .command('status')
    .description('how far it is, and what waits')
    .addHelpText('after', '\nExample:\n  $ casehouse archive status --json')
    .action(async (_options, command: Command) => actions.archiveStatus(readGlobal(command)))
  archive
    .command('run')
    .description('archive what is due, and remove garbage')
    .option('--now', 'young forms too', false)
    .addHelpText('after', '\nExamples:\n  $ casehouse archive run\n  $ casehouse archive run --now')
    .action(async (options: { now: boolean }, command: Command) =>
      actions.archiveRun(readGlobal(command), options),
    )
  archive
    .command('verify')
    .description('read all of it, and name what is missing, damaged or not named; then the exit code is 1')
    .addHelpText('after', '\nExample:\n  $ casehouse archive verify --json')
    .action(async (_options, command: Command) => actions.archiveVerify(readGlobal(command)))
}

function addCare(program: Command, actions: Actions): void {
  program
    .command('audit')
    .description('compare Postgres with the warehouse, form by form and case by case')
    .option('--domain <name>', 'only this project space')
    .option('--repair', 'send again what differs', false)
    .option('--history', 'show the audits that ran, by themselves or by command, and what they found', false)
    .addHelpText(
      'after',
      '\nExamples:\n  $ casehouse audit\n  $ casehouse audit --domain clinic --repair\n  $ casehouse audit --history',
    )
    .action(async (options: { domain?: string; repair: boolean; history: boolean }, command: Command) =>
      actions.audit(readGlobal(command), { ...options, domain: options.domain }),
    )
  program
    .command('doctor')
    .description('check this machine and this platform, and say what to do')
    .addHelpText('after', '\nExample:\n  $ casehouse doctor --json')
    .action(async (_options, command: Command) => actions.doctor(readGlobal(command)))
  program
    .command('dev', { hidden: true })
    .description('what the npm scripts run')
    .addArgument(
      new Argument('<task>').choices(['test', 'test:kafka', 'test:kill', 'bench', 'check', 'build']),
    )
    .argument('[rest...]')
    .allowUnknownOption()
    .action(async (task: string, rest: string[], _options, command: Command) => {
      const global = readGlobal(command)
      // The program takes --json for its own wherever it stands; these have one too.
      const hasJson = task === 'bench' || task === 'test:kill'
      return actions.dev(global, task, hasJson && global.json ? [...rest, '--json'] : rest)
    })
}

/** A TCP port; 0 stands for any free one. */
export function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new InvalidArgumentError('Expected a port number from 0 to 65535.')
}

function parseNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number.')
}
