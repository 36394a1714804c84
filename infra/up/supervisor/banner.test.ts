import { expect, test } from 'vitest'
import { toExposure } from './banner.ts'

test.each(['0.0.0.0', '::', '192.168.1.5', 'clinic.local', '127.0.0.1.evil.example'])(
  '%s is said to be open to others, unless a proxy speaks TLS',
  (host) => {
    expect(toExposure(host, undefined)).toMatch(/plain HTTP.*CASEHOUSE_PUBLIC_URL/s)
    expect(toExposure(host, 'http://clinic.example.org')).toContain(host)
    expect(toExposure(host, 'https://clinic.example.org')).toBeUndefined()
  },
)

test.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost'])('%s stays on this machine', (host) => {
  expect(toExposure(host, undefined)).toBeUndefined()
})
