import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase } from '#infra/harness/index.ts'
import type { TestDatabase } from '#infra/harness/index.ts'
import { MAX_RELATED_CASES, readChildCaseIds, readRelatedCases } from './related-cases.ts'
import type { RelatedCase } from './related-cases.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
})

async function addCases(domain: string, ids: readonly string[]): Promise<void> {
  await database.postgres.pool.query(
    `insert into ingest.cases (domain, case_id, type, name, owner_id, modified_at, modified_by, server_modified_at, properties, version)
     select $1, id, 't', id, 'u', now(), 'u', now(), '{}', 1 from unnest($2::text[]) as id`,
    [domain, ids],
  )
}

/** [case, the case that it points at, identifier] */
async function addIndices(
  domain: string,
  links: readonly (readonly [string, string, string])[],
): Promise<void> {
  await database.postgres.pool.query(
    `insert into ingest.case_indices select $1, l.from_id, l.identifier, l.to_id, 't', 1
     from unnest($2::text[], $3::text[], $4::text[]) as l(from_id, to_id, identifier)`,
    [domain, links.map(([from]) => from), links.map(([, to]) => to), links.map(([, , name]) => name)],
  )
}

function idsOf(node: RelatedCase): string[] {
  return [node.case_id, ...node.children.flatMap(idsOf)]
}

it('shows each case once, and ends where indices make a ring', async () => {
  await addCases('ring', ['a', 'b', 'c'])
  await addIndices('ring', [
    ['b', 'a', 'parent'],
    ['c', 'b', 'parent'],
    ['c', 'a', 'other'],
    ['a', 'c', 'parent'],
  ])
  const tree = await readRelatedCases(database.postgres, 'ring', 'b')
  expect(tree && idsOf(tree.root).toSorted()).toEqual(['a', 'b', 'c'])
  expect(tree?.truncated).toBe(false)
})

it('leaves out what is too much, never the way to the case asked for', async () => {
  const many = Array.from({ length: MAX_RELATED_CASES + 100 }, (_, index) => `k${index + 1000}`)
  await addCases('wide', ['top', 'zz', ...many])
  await addIndices('wide', [['zz', 'top', 'parent'], ...many.map((id) => [id, 'top', 'parent'] as const)])
  const tree = await readRelatedCases(database.postgres, 'wide', 'zz')
  const ids = tree ? idsOf(tree.root) : []
  expect([ids.length, new Set(ids).size, tree?.truncated]).toEqual([
    MAX_RELATED_CASES,
    MAX_RELATED_CASES,
    true,
  ])
  expect(ids).toContain('zz')
})

it('knows no case of another domain', async () => {
  expect(await readRelatedCases(database.postgres, 'ring', 'top')).toBeNull()
})

it('lists whoever points at a case, once, in its own domain', async () => {
  expect(await readChildCaseIds(database.postgres, 'ring', 'a')).toEqual(['b', 'c'])
  expect(await readChildCaseIds(database.postgres, 'wide', 'a')).toEqual([])
})
