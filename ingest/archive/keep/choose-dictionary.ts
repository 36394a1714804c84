import type { Postgres } from '#infra/platform/contract.ts'
import { toDictionary } from '../format/dictionary.ts'
import type { Sample } from '../format/dictionary.ts'
import { toFrame } from '../format/member.ts'

/** `id` null: made just now, not yet kept. */
export interface ChosenDictionary {
  readonly id: number | null
  readonly content: Buffer
}

/** Compressed in each way, to choose one. */
const TRIED = 60

/**
 * The dictionary with which this batch and what carries it take least room: the domain's last one, a new one of these forms, or none.
 * A new one lies in the object and in Postgres, an old one in the object.
 * @param expected forms that it will serve
 */
export async function chooseDictionary(
  { pool }: Postgres,
  domain: string,
  samples: readonly Sample[],
  expected: number,
): Promise<ChosenDictionary | null> {
  const { rows } = await pool.query<{ id: number; content: Buffer }>(
    `select dictionary_id as id, content from ingest.archive_dictionaries
     where domain = $1 order by dictionary_id desc limit 1`,
    [domain],
  )
  // Not those that the new one is made of first, which it would know by heart.
  const tried = samples.slice(-TRIED)
  const fresh = toDictionary(samples.slice(0, Math.max(1, samples.length - TRIED)))
  const cost = (dictionary: Buffer | null, copies: number): number => {
    const sizes = tried.map(({ payload }) => toFrame(payload, dictionary).byteLength)
    const average = sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length)
    return average * expected + copies * (dictionary?.byteLength ?? 0)
  }
  const ways: { readonly chosen: ChosenDictionary | null; readonly cost: number }[] = [
    { chosen: null, cost: cost(null, 0) },
    { chosen: { id: null, content: fresh }, cost: cost(fresh, 2) },
    ...rows.map((known) => ({ chosen: known, cost: cost(known.content, 1) })),
  ]
  return ways.reduce((best, way) => (way.cost < best.cost ? way : best)).chosen
}
