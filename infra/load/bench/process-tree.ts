/** What the processes of a platform cost, from Linux's `/proc`: all that descend from its supervisor, Postgres's sessions too. */
import { readdirSync, readFileSync } from 'node:fs'

const TICK_MS = 10
const KIB = 1_024
const ROLE = /\0serve\0([a-z]+)/

export interface ProcessCost {
  /** A role, `postgres`, or `up` for the supervisor and what it runs besides. */
  readonly name: string
  /** Processes of this name. */
  readonly count: number
  /** Since it began, with the children that it has outlived. */
  readonly cpuMs: number
  /** Memory, of shared pages its share. */
  readonly pssBytes: number
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}

/** What follows the name in `stat`: state, parent, …; names may hold spaces and brackets. */
function statOf(pid: number): readonly string[] {
  const text = read(pid, 'stat')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** @returns the process itself and all its descendants */
function treeOf(root: number): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const byParent = Map.groupBy(pids.map(Number), (pid) => Number(statOf(pid)[1]))
  const found: number[] = []
  const waiting = [root]
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    found.push(pid)
    waiting.push(...(byParent.get(pid) ?? []))
  }
  return found
}

function nameOf(pid: number): string {
  const command = read(pid, 'cmdline')
  return (
    ROLE.exec(command)?.[1] ??
    (command.includes('postgres') && !command.includes('main.ts') ? 'postgres' : 'up')
  )
}

function cpuMsOf(pid: number): number {
  return (
    statOf(pid)
      .slice(11, 15)
      .reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_MS
  )
}

function pssBytesOf(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(read(pid, 'smaps_rollup'))?.[1] ?? 0) * KIB
}

/** By name, with the processes of one name added up. Reading the memory takes some milliseconds a process. */
export function measureTree(root: number): readonly ProcessCost[] {
  const costs = treeOf(root).map((pid) => ({
    name: nameOf(pid),
    cpuMs: cpuMsOf(pid),
    pssBytes: pssBytesOf(pid),
  }))
  return [...Map.groupBy(costs, ({ name }) => name)].map(([name, each]) => ({
    name,
    count: each.length,
    cpuMs: each.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    pssBytes: each.reduce((sum, { pssBytes }) => sum + pssBytes, 0),
  }))
}

/** CPU of each name between two measurements. */
export function cpuBetween(
  before: readonly ProcessCost[],
  after: readonly ProcessCost[],
): Readonly<Record<string, number>> {
  const start = new Map(before.map(({ name, cpuMs }) => [name, cpuMs]))
  return Object.fromEntries(after.map(({ name, cpuMs }) => [name, cpuMs - (start.get(name) ?? 0)]))
}

export function sumOf(values: Iterable<number>): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}
