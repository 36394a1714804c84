/** Where `kafka:up` keeps its broker: in the checkout's data folder, with a note of the process that runs. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { runProgram } from './run-program.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
export const KAFKA_DIR = join(ROOT, 'data', 'kafka')
export const PID_FILE = join(KAFKA_DIR, 'broker.json')
export const DEFAULT_PORT = 9092

const Note = z.object({ pid: z.int().positive(), address: z.string() })
export type BrokerNote = z.infer<typeof Note>

/** The broker that runs, or undefined: a note of a process that has ended, or whose number is another program's by now, counts as none. */
export async function findRunningBroker(): Promise<BrokerNote | undefined> {
  if (!existsSync(PID_FILE)) return undefined
  const note = Note.safeParse(JSON.parse(readFileSync(PID_FILE, 'utf8')))
  if (!note.success) return undefined
  const { output } = await runProgram('ps', ['-o', 'args=', '-p', String(note.data.pid)])
  return output.includes(join(KAFKA_DIR, 'server.properties')) ? note.data : undefined
}
