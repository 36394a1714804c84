import { describe, expect, it } from 'vitest'
import { engineException, raise, systemException, toHttpStatus } from './exception.ts'

describe('an exception', () => {
  it('keeps ClickHouse’s number and sentence', () => {
    const exception = engineException(new Error('Code: 60. DB::Exception: Unknown table x. (UNKNOWN_TABLE)'))
    expect(exception.code).toBe(60)
    expect(exception.message).toBe('Code: 60. DB::Exception: Unknown table x. (UNKNOWN_TABLE)')
  })

  it('is told once when the library tells it twice', () => {
    const twice =
      'Code: 27. DB::Exception: Code: 27. DB::Exception: Cannot parse. (X_Y) (version 26.7.2.1). (X_Y)'
    expect(engineException(new Error(twice)).message).toBe('Code: 27. DB::Exception: Cannot parse. (X_Y)')
  })

  it('tells a full disk from a bug of ours', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    expect(systemException(full).code).toBe(243)
    expect(systemException(new Error('other')).code).toBe(1000)
  })

  it.each([
    [62, 400],
    [164, 403],
    [194, 401],
    [202, 503],
    [243, 503],
    [516, 403],
    [1000, 500],
  ] as const)('%i answers with status %i', (code, status) => {
    expect(toHttpStatus(raise(code, 'x'))).toBe(status)
  })
})
