import { spawnSync } from 'node:child_process'
import { afterEach, expect, test } from 'vitest'
import { armFailPoints, FAIL_POINTS, reach } from './fail-points.ts'

afterEach(() => armFailPoints(''))

test('a point that is not armed is passed', () => {
  for (const point of FAIL_POINTS) expect(() => reach(point)).not.toThrow()
  armFailPoints('feed.range.planned=fail')
  expect(() => reach('feed.range.delivered')).not.toThrow()
})

test('an armed point acts once, at the time that was asked for', () => {
  armFailPoints('feed.range.planned=fail:3')
  reach('feed.range.planned')
  reach('feed.range.planned')
  expect(() => reach('feed.range.planned')).toThrow(/ENOSPC/)
  expect(() => reach('feed.range.planned')).not.toThrow()
})

test('who armed is told before the action, once', () => {
  const taken: string[] = []
  armFailPoints('feed.range.planned=fail', (point) => taken.push(point))
  reach('feed.range.delivered')
  expect(taken).toEqual([])
  expect(() => reach('feed.range.planned')).toThrow(/ENOSPC/)
  reach('feed.range.planned')
  expect(taken).toEqual(['feed.range.planned'])
})

test('a name, an action or a number that is not known is told with those that are', () => {
  for (const text of ['nowhere=kill', 'feed.range.planned=explode', 'feed.range.planned=kill:', 'kill']) {
    expect(() => armFailPoints(text)).toThrow(/feed\.range\.planned.*kill, stop, fail/)
  }
})

test('`kill` ends the process before its next line', () => {
  const script = `
    import { armFailPoints, reach } from ${JSON.stringify(`${import.meta.dirname}/fail-points.ts`)}
    armFailPoints('feed.range.planned=kill')
    reach('feed.range.planned')
    process.stdout.write('still here')`
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(child).toMatchObject({ signal: 'SIGKILL', stdout: '' })
})
