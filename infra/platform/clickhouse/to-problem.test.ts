import { ClickHouseError } from '@clickhouse/client'
import { expect, it } from 'vitest'
import { toWarehouseProblem } from './to-problem.ts'

const thrown = (code: string, message: string): ClickHouseError =>
  new ClickHouseError({ code, message, type: 'SOME_TYPE' })

it('takes a full disk for something that passes, whatever its number', () => {
  const overloaded = { code: 'PLATFORM_WAREHOUSE_OVERLOADED', kind: 'unavailable' }
  expect(toWarehouseProblem(thrown('243', 'Not enough space'))).toMatchObject(overloaded)
  const words = 'Cannot write to file /x, errno: 28, strerror: No space left on device'
  for (const code of ['74', '75', '1001']) {
    expect(toWarehouseProblem(thrown(code, words))).toMatchObject(overloaded)
  }
})

it('leaves what it does not know as it is', () => {
  const bug = thrown('75', 'Cannot write to file /x, errno: 5, strerror: Input/output error')
  expect(toWarehouseProblem(bug)).toBe(bug)
})
