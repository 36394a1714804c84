import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPacer } from './pacer.ts'

describe('createPacer', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function start(takesMs: number) {
    const runs: number[] = []
    const run = async (): Promise<void> => {
      runs.push(performance.now())
      await new Promise((resolve) => setTimeout(resolve, takesMs))
    }
    const from = performance.now()
    const pacer = createPacer({ run, everyMs: 2_000 })
    return { pacer, runs: () => runs.map((at) => Math.round(at - from)) }
  }

  it('runs at once, then not before its pace', async () => {
    const { pacer, runs } = start(10)
    pacer.ask()
    await vi.advanceTimersByTimeAsync(100)
    pacer.ask()
    pacer.ask()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(runs()).toEqual([0, 2_000])
  })
  it('never runs twice at a time, and forgets no asking', async () => {
    const { pacer, runs } = start(3_000)
    pacer.ask()
    await vi.advanceTimersByTimeAsync(1_000)
    pacer.ask()
    await vi.advanceTimersByTimeAsync(1_999)
    expect(runs()).toEqual([0])
    expect(pacer.isBusy()).toBe(true)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(runs()).toEqual([0, 3_000])
    expect(pacer.isBusy()).toBe(false)
  })
  it('goes on after a failure', async () => {
    let calls = 0
    const pacer = createPacer({ run: () => Promise.reject(new Error(`no ${(calls += 1)}`)), everyMs: 100 })
    pacer.ask()
    await vi.advanceTimersByTimeAsync(200)
    pacer.ask()
    await vi.advanceTimersByTimeAsync(200)
    expect(calls).toBe(2)
  })
  it('runs no more once closed', async () => {
    const { pacer, runs } = start(1)
    pacer.ask()
    await vi.advanceTimersByTimeAsync(10)
    pacer.ask()
    pacer.close()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(runs()).toEqual([0])
  })
})
