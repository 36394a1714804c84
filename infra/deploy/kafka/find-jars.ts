/** Apache Kafka's jars, fetched once through the machine's own Maven, so through whatever mirror its settings name. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { jarsUnresolved, toolMissing } from './problems.ts'
import { runProgram } from './run-program.ts'

const POM = join(import.meta.dirname, 'pom.xml')
const OLDEST_JAVA = 17

/** @throws KAFKA_TOOL_MISSING saying how to get it. */
async function checkJava(): Promise<void> {
  const { code, output } = await runProgram('java', ['-version'])
  const version = Number(/version "(\d+)/.exec(output)?.[1] ?? Number.NaN)
  if (code === 0 && version >= OLDEST_JAVA) return
  throw toolMissing({
    program: 'java',
    found: Number.isNaN(version) ? 'not installed' : `of version ${version}`,
  })
}

/**
 * The class path of a broker. The first call takes about 20 s and 54 MB; later ones find the folder.
 * @param folder where the jars are kept, for all brokers of this checkout.
 * @throws KAFKA_TOOL_MISSING, KAFKA_JARS_UNRESOLVED
 */
export async function findJars(folder: string): Promise<string> {
  await checkJava()
  const pom = createHash('sha256')
    .update(await readFile(POM))
    .digest('hex')
    .slice(0, 12)
  const jars = join(folder, `jars-${pom}`)
  if (!existsSync(jars)) await fetchJars(folder, jars)
  return join(jars, '*')
}

async function fetchJars(folder: string, jars: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  // Renamed when whole: a broker never starts with half of them, and two fetches at once do not mix.
  const partial = await mkdtemp(join(folder, 'partial-'))
  try {
    const { code, output } = await runProgram('mvn', [
      '--batch-mode',
      '--quiet',
      `--file=${POM}`,
      `-DoutputDirectory=${partial}`,
      'dependency:copy-dependencies',
    ])
    if (code === null) throw toolMissing({ program: 'mvn', found: 'not installed' })
    if (code !== 0) {
      const line = output.split('\n').find((text) => text.includes('[ERROR]')) ?? `exit code ${code}`
      throw jarsUnresolved({ output: line.slice(0, 400) })
    }
    await rename(partial, jars)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    if (!existsSync(jars)) throw error
  }
}
