/** The command `casehouse`, on Node 24 with everything installed; `casehouse.mjs` comes before it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { createActions } from './cli/actions.ts'
import { toErrorText } from './cli/output.ts'
import { createProgram } from './cli/program.ts'
import { ROOT } from './root.ts'

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')))

const program = createProgram({
  actions: createActions(process.env),
  version,
  defaultData: join(ROOT, 'data'),
})
try {
  await program.parseAsync(process.argv)
} catch (error) {
  process.stderr.write(`${toErrorText(error)}\n`)
  process.exitCode = 1
}
// A roles process ends itself; for every other command an idle connection or the channel to the bootstrap is no reason to stay.
process.exit()
