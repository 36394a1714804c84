import { setImmediate as tick } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createTurnstile } from './turnstile.ts'

function createHeld(options: { readonly width: number; readonly mayWait: number; readonly ofOne: number }) {
  const turnstile = createTurnstile({
    width: () => options.width,
    mayWait: () => options.mayWait,
    mayWaitOf: () => options.ofOne,
    toProblem: () => new Error('too many wait'),
  })
  const started: string[] = []
  const finish: (() => void)[] = []
  const run = (name: string) =>
    turnstile.run(name.slice(0, 1), async () => {
      started.push(name)
      await new Promise<void>((resolve) => finish.push(resolve))
      return name
    })
  return { turnstile, started, finish, run }
}

it('lets spaces take turns, whoever came first with many', async () => {
  const { turnstile, started, finish, run } = createHeld({ width: 1, mayWait: 10, ofOne: 10 })
  const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map((name) => run(name))
  await tick()
  expect([started, turnstile.load()]).toEqual([['a1'], { running: 1, waiting: 6 }])
  for (let n = 0; n < all.length; n += 1) {
    finish[n]?.()
    await tick()
  }
  expect(started).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
  expect(await Promise.all(all)).toHaveLength(7)
  expect(turnstile.load()).toEqual({ running: 0, waiting: 0 })
})

it('has an end, for each space and for all, and goes on after a failure', async () => {
  const { turnstile, finish, run } = createHeld({ width: 2, mayWait: 3, ofOne: 2 })
  const running = [run('a1'), run('a2')]
  const waiting = [run('a3'), run('a4')]
  await expect(run('a5')).rejects.toThrow('too many wait')
  waiting.push(run('b1'))
  await expect(run('c1')).rejects.toThrow('too many wait')
  const failing = turnstile.run('d', async () => Promise.reject(new Error('failed')))
  await expect(failing).rejects.toThrow('too many wait')
  for (let n = 0; n < 5; n += 1) {
    finish[n]?.()
    await tick()
  }
  await Promise.all([...running, ...waiting])
  await expect(turnstile.run('d', async () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  expect(turnstile.load()).toEqual({ running: 0, waiting: 0 })
})
