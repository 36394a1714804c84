/** Members read back, whole and checked: one ranged read each. */
import { createHash } from 'node:crypto'
import type { Postgres } from '#infra/platform/contract.ts'
import type { Member, MemberPlace } from './format/member.ts'
import { readFrame } from './format/member.ts'
import { memberDamaged, storeAbsent } from './problems.ts'
import type { ObjectStore } from './store/object-store.ts'

/** A member and what its content must hash to, both as the row in Postgres says. */
export interface AskedMember extends MemberPlace {
  /** Lower-case hex. */
  readonly md5: string
}

/**
 * @throws INGEST_ARCHIVE_MEMBER_DAMAGED, …_OBJECT_MISSING, …_FORMAT_UNKNOWN rather than to give other bytes than were received;
 *   …_STORE_UNREACHABLE, …_STORE_REFUSED, …_STORE_ABSENT when it cannot tell
 */
export type ReadMember = (asked: AskedMember) => Promise<Member>

/** For a process without an archive: what is in Postgres can be read. */
export const readNoMember: ReadMember = async () => {
  throw storeAbsent({})
}

/** Dictionaries held in memory, 32 kB each: more domains than this are read in turn only with a second query to Postgres. */
const HELD_DICTIONARIES = 64

/** Dictionaries come from Postgres, where each is kept beside the object's own copy, so that a form costs one read of the store. */
export function createMemberReader({
  postgres,
  store,
}: {
  readonly postgres: Postgres
  readonly store: ObjectStore
}): ReadMember {
  const held = new Map<number, Buffer>()

  async function findDictionary(dictionaryId: number | null): Promise<Buffer | null> {
    if (dictionaryId === null) return null
    const known = held.get(dictionaryId)
    if (known !== undefined) {
      held.delete(dictionaryId)
      held.set(dictionaryId, known)
      return known
    }
    const { rows } = await postgres.pool.query<{ content: Buffer }>(
      'select content from ingest.archive_dictionaries where dictionary_id = $1',
      [dictionaryId],
    )
    const content = rows[0]?.content ?? null
    if (content !== null) held.set(dictionaryId, content)
    const [oldest] = held.keys()
    if (held.size > HELD_DICTIONARIES && oldest !== undefined) held.delete(oldest)
    return content
  }

  return async (asked) => {
    const { object, offset, bytes, dictionaryId, md5 } = asked
    const [dictionary, frame] = await Promise.all([
      findDictionary(dictionaryId),
      store.read(object, { offset, bytes }),
    ])
    const member = await readFrame(frame, dictionary, { object, offset })
    if (createHash('md5').update(member.content).digest('hex') !== md5)
      throw memberDamaged({ object, offset, what: 'it is not what was received' })
    return member
  }
}

export interface Shelf {
  readonly read: ReadMember
  /** Reads now what `read` will be asked for; a failure is told to who asks, and to nobody else. */
  fetch(asked: AskedMember): Promise<void>
}

/** Members laid ready before locks are taken: inside a transaction nobody waits for the store. For one operation, then thrown away. */
export function createShelf(read: ReadMember): Shelf {
  const laid = new Map<string, Promise<Member>>()
  const toKey = ({ object, offset }: MemberPlace): string => `${object}:${offset}`
  return {
    read: async (asked) => (await laid.get(toKey(asked))) ?? read(asked),
    async fetch(asked) {
      const reading = read(asked)
      laid.set(toKey(asked), reading)
      await reading.catch(() => undefined)
    },
  }
}
