import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { cpuBetween, measureTree } from '../bench/process-tree.ts'

/** A child that works for a while and ends, and its parent, which goes on. */
const PARENT = `
  const { spawnSync } = require('node:child_process')
  process.stdin.once('data', () => {
    spawnSync(process.execPath, ['-e', 'for (const end = Date.now() + 400; Date.now() < end;);'])
    console.log('done')
  })
  console.log('up')`

it('adds up memory and CPU of a process and its descendants, also of those that have ended', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT, '--', 'serve', 'api'])
  try {
    await once(parent.stdout, 'data')
    const before = measureTree(parent.pid ?? 0)
    expect(before.map(({ name, count }) => ({ name, count }))).toEqual([{ name: 'api', count: 1 }])
    expect(before[0]?.pssBytes).toBeGreaterThan(1_000_000)
    parent.stdin.write('go\n')
    await once(parent.stdout, 'data')
    expect(cpuBetween(before, measureTree(parent.pid ?? 0))['api']).toBeGreaterThan(50)
  } finally {
    parent.kill()
  }
})
