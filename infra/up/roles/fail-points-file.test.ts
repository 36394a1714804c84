import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { armFailPoints, reach } from '#infra/platform/index.ts'
import { followFailPointsFile } from './fail-points-file.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'casehouse fail '))
})
afterEach(() => {
  armFailPoints('')
  rmSync(folder, { recursive: true, force: true })
})

test('a file arms once: it is empty for the next process, and the point is noted', () => {
  const file = join(folder, 'loader')
  writeFileSync(file, 'feed.range.planned=fail\n')
  const stop = followFailPointsFile(file)
  expect(() => reach('feed.range.planned')).toThrow(/ENOSPC/)
  expect(readFileSync(file, 'utf8')).toBe('')
  expect(readFileSync(`${file}.taken`, 'utf8')).toBe('feed.range.planned\n')
  stop()
})

test('a file that is not there arms nothing', () => {
  const stop = followFailPointsFile(join(folder, 'none'))
  expect(() => reach('feed.range.planned')).not.toThrow()
  stop()
})
