import { parseArgs } from 'node:util'

type Value = number | string

export interface BenchOption<Default extends Value = Value> {
  readonly default: Default
  readonly help: string
}

export interface BenchAbout {
  readonly name: string
  readonly summary: string
}

type Widened<Default> = Default extends number ? number : string
export type BenchOptions<Options extends Readonly<Record<string, BenchOption>>> = {
  readonly [Name in keyof Options]: Widened<Options[Name]['default']>
} & { readonly json: boolean }

/**
 * The options of one benchmark from the command line, besides `--json`. `--help` prints them and ends the process.
 * @throws TypeError for an option that is not there, or a number that is none
 */
export function readOptions<const Options extends Readonly<Record<string, BenchOption>>>(
  about: BenchAbout,
  options: Options,
  args: readonly string[] = process.argv.slice(2),
): BenchOptions<Options> {
  const texts = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [
      name,
      { type: 'string', default: String(option.default) } as const,
    ]),
  )
  const flags = parseArgs({
    args: [...args],
    options: {
      ...texts,
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const values: Readonly<Record<string, unknown>> = flags.values
  if (values['help'] === true) {
    process.stdout.write(toHelp(about, options))
    process.exit(0)
  }
  const parsed = Object.entries(options).map(([name, option]) => [
    name,
    typeof option.default === 'number' ? parseNumber(name, values[name]) : values[name],
  ])
  // Each key of `options` with a value of the kind of its default.
  return { ...Object.fromEntries(parsed), json: values['json'] } as BenchOptions<Options>
}

function parseNumber(name: string, text: unknown): number {
  const number = Number(text)
  if (text === '' || !Number.isFinite(number) || number < 0)
    throw new TypeError(`--${name} takes a number that is not negative, not ${JSON.stringify(text)}.`)
  return number
}

function toHelp({ name, summary }: BenchAbout, options: Readonly<Record<string, BenchOption>>): string {
  const lines = Object.entries(options).map(([option, { default: value, help }]) => {
    const shown = value === '' ? '' : ` (${value})`
    return `  --${option.padEnd(14)} ${help}${shown}`
  })
  const json = `  --${'json'.padEnd(14)} one JSON object on stdout and nothing else there`
  return `npm run bench -- ${name} [options]: ${summary}\n\n${[...lines, json].join('\n')}\n`
}
