/** The cases that hang together by indices, as a tree from the topmost ancestor down. */
import type { Postgres } from '#infra/platform/contract.ts'

export interface RelatedCase {
  readonly case_id: string
  readonly case_name: string
  readonly case_type: string
  readonly closed: boolean
  /** How it hangs on the one above; null for the root. */
  readonly identifier: string | null
  readonly relationship: 'child' | 'extension' | null
  readonly is_current: boolean
  readonly children: readonly RelatedCase[]
}

export interface RelatedCases {
  readonly root: RelatedCase
  /** More cases hang together than are shown. */
  readonly truncated: boolean
}

/** Cases of one tree; the way from the root to the asked one is always there. */
export const MAX_RELATED_CASES = 500
const MAX_ANCESTORS = 100

interface Found {
  readonly case_id: string
  readonly case_name: string
  readonly case_type: string
  readonly closed: boolean
}

interface Link extends Found {
  readonly parent_id: string | null
  readonly identifier: string | null
  readonly relationship: 'child' | 'extension' | null
}

const COLUMNS = 'c.case_id, c.name as case_name, c.type as case_type, c.closed'
const RELATIONSHIP = `case i.relationship when 2 then 'extension' else 'child' end as relationship`

const CASE = `select ${COLUMNS} from ingest.cases c where c.domain = $1 and c.case_id = $2`
/** Of several, the parent by name, then the host, then the first. */
const PARENT = `
select ${COLUMNS}, i.identifier, ${RELATIONSHIP} from ingest.case_indices i
join ingest.cases c on c.domain = i.domain and c.case_id = i.referenced_id
where i.domain = $1 and i.case_id = $2
order by i.identifier <> 'parent', i.identifier <> 'host', i.identifier limit 1`
/** Each case once, though it may hang on several of them. */
const CHILDREN = `
select * from (
  select distinct on (c.case_id) ${COLUMNS}, i.referenced_id as parent_id, i.identifier, ${RELATIONSHIP}
  from ingest.case_indices i join ingest.cases c on c.domain = i.domain and c.case_id = i.case_id
  where i.domain = $1 and i.referenced_id = any($2::text[]) and i.case_id <> all($3::text[]) and not c.deleted
  order by c.case_id, i.identifier <> 'parent', i.identifier
) below order by case_name, case_id limit $4`

/** Most children of one case that are listed. */
const MAX_CHILDREN = 10_000
const CHILD_IDS = `
select distinct case_id from ingest.case_indices where domain = $1 and referenced_id = $2 order by case_id limit ${MAX_CHILDREN}`

type Pool = Pick<Postgres['pool'], 'query'>

/** From the asked case to the topmost; a ring of indices ends where it closes. Root first. */
async function climb(pool: Pool, domain: string, start: Found): Promise<readonly Link[]> {
  const path: Link[] = []
  const seen = new Set([start.case_id])
  let current = start
  while (path.length < MAX_ANCESTORS) {
    const { rows } = await pool.query<Found & Pick<Link, 'identifier' | 'relationship'>>(PARENT, [
      domain,
      current.case_id,
    ])
    const [above] = rows
    if (above === undefined || seen.has(above.case_id)) break
    const { identifier, relationship, ...found } = above
    path.unshift({ ...current, parent_id: found.case_id, identifier, relationship })
    seen.add(found.case_id)
    current = found
  }
  return [{ ...current, parent_id: null, identifier: null, relationship: null }, ...path]
}

/** Adds what hangs below, level by level. @returns whether something was left out. */
async function descend(pool: Pool, domain: string, links: Map<string, Link>): Promise<boolean> {
  let level = [...links.keys()]
  while (level.length > 0) {
    const known = [...links.keys()]
    const room = MAX_RELATED_CASES - known.length
    // One more than there is room for tells that there are more.
    const { rows } = await pool.query<Link>(CHILDREN, [domain, level, known, Math.max(room, 0) + 1])
    const added: string[] = []
    for (const link of rows) {
      if (links.size >= MAX_RELATED_CASES) return true
      links.set(link.case_id, link)
      added.push(link.case_id)
    }
    level = added
  }
  return false
}

function toTree(root: Link, links: ReadonlyMap<string, Link>, currentId: string): RelatedCase {
  const below = Map.groupBy(links.values(), (link) => link.parent_id)
  const toNode = ({ parent_id: _parent, ...link }: Link): RelatedCase => ({
    ...link,
    is_current: link.case_id === currentId,
    children: (below.get(link.case_id) ?? []).map(toNode),
  })
  return toNode(root)
}

/** Null when the domain has no such case. Deleted cases are shown only on the way up. */
export async function readRelatedCases(
  { pool }: Postgres,
  domain: string,
  caseId: string,
): Promise<RelatedCases | null> {
  const { rows } = await pool.query<Found>(CASE, [domain, caseId])
  const [start] = rows
  if (start === undefined) return null
  const path = await climb(pool, domain, start)
  const [root] = path
  if (root === undefined) return null
  const links = new Map(path.map((link) => [link.case_id, link]))
  const truncated = await descend(pool, domain, links)
  return { root: toTree(root, links, caseId), truncated }
}

/** Ids of the cases that have an index on this one, also of deleted ones. */
export async function readChildCaseIds(
  { pool }: Postgres,
  domain: string,
  caseId: string,
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ case_id: string }>(CHILD_IDS, [domain, caseId])
  return rows.map((row) => row.case_id)
}
