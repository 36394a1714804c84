import { waitForConsumer } from '#infra/platform/index.ts'
import { LOADER_CONSUMER } from '#warehouse/contract.ts'
import type { LoadPlatform } from './load-platform.ts'

const LONGEST_MS = 600_000

/** Waits until the warehouse has everything that was committed before. @returns seconds waited */
export async function untilDrained({ postgres }: LoadPlatform): Promise<number> {
  const startedAt = performance.now()
  await waitForConsumer(postgres, LOADER_CONSUMER, { timeoutMs: LONGEST_MS })
  return (performance.now() - startedAt) / 1_000
}
