/** How fast forms come in: one number a minute, for the minutes just gone. */
import { z } from 'zod'
import type { WarehouseClient } from '#infra/platform/index.ts'
import { ask } from './ask.ts'

export interface MinuteForms {
  /** When the minute began, ISO 8601 UTC. */
  readonly minute: string
  readonly forms: number
}

const MINUTE_MS = 60_000
const Row = z.object({ minute: z.number(), forms: z.number() })

/** Forms of every state by when they were received, oldest first; also the minutes without any, and the one that runs. */
export async function formsPerMinute(
  warehouse: WarehouseClient,
  asked: { readonly domain: string; readonly now: Date; readonly minutes: number },
): Promise<readonly MinuteForms[]> {
  const { domain, now, minutes } = asked
  const last = Math.floor(now.getTime() / MINUTE_MS)
  const first = last - minutes + 1
  const rows = await ask(warehouse, {
    sql: `select intDiv(toUnixTimestamp(received_at), 60) as minute, count() as forms from forms final
      where domain = {domain:String} and state != 64 and received_at >= fromUnixTimestamp({from:UInt32})
        and received_at < fromUnixTimestamp({to:UInt32})
      group by minute order by minute`,
    params: { domain, from: first * 60, to: (last + 1) * 60 },
    row: Row,
  })
  const counted = new Map(rows.map((row) => [row.minute, row.forms]))
  return Array.from({ length: minutes }, (_, index) => ({
    minute: new Date((first + index) * MINUTE_MS).toISOString(),
    forms: counted.get(first + index) ?? 0,
  }))
}
