import type { Metrics } from '#infra/platform/index.ts'
import type { Passwords } from './passwords.ts'

/** Shows how many sign-ins wait for their check. */
export function measurePasswords(metrics: Metrics, passwords: Pick<Passwords, 'waiting'>): void {
  const waiting = metrics.gauge('tenants_passwords_waiting', 'Password checks that wait for their turn.')
  metrics.beforeRead(() => waiting.set(passwords.waiting()))
}
