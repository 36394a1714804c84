/** `npm run test:kill`: see README.md. Exit code 1 when something was lost, counted twice, out of order or did not come back. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HELP, readOptions } from './options.ts'
import { toRows, toTable } from './report/table.ts'
import { run, type RunResult } from './run.ts'

const options = readOptions(process.argv.slice(2), () => Math.floor(Math.random() * 1_000_000))
if (options === 'help') {
  process.stdout.write(HELP)
} else {
  const tell = (line: string): void => void process.stderr.write(`${line}\n`)
  tell(`Seed ${options.seed}, ${options.kills} faults.`)
  const result = await run({ ...options, env: process.env, tell })
  if (options.json) process.stdout.write(`${JSON.stringify({ ...result, rows: toRows(result.struck) })}\n`)
  else process.stdout.write(toReport(result))
  if (result.kept !== null) {
    writeFileSync(join(result.kept, 'result.json'), JSON.stringify(result, undefined, 2))
    process.exitCode = 1
  }
}

function toReport(result: RunResult): string {
  const { seed, seconds, forms, requests, answers, struck, findings, kept } = result
  const count = (kind: string): number => findings.filter((finding) => finding.kind === kind).length
  const said = Object.entries(answers).map(([status, times]) => `${status} × ${times}`)
  const lines = [
    toTable(toRows(struck)),
    '',
    `${forms} forms acknowledged in ${requests} requests (${said.join(', ')}), ${seconds} s, seed ${seed}.`,
    `${count('lost')} lost, ${count('double')} double, ${count('order')} out of order, ${count('sum')} sums differ, ${findings.length} findings in all.`,
    ...findings.slice(0, 40).map(({ kind, place, id, detail }) => `  ${kind} (${place}) ${id}: ${detail}`),
    ...(kept === null
      ? []
      : [`Kept in ${kept}. Replay: npm run test:kill -- --seed ${seed} --kills ${struck.length}`]),
  ]
  return `${lines.join('\n')}\n`
}
