import { expect, it } from 'vitest'
import { startTestEngine } from '#infra/harness/index.ts'

it('gives each caller a warehouse of its own, with its tables', async () => {
  const a = await startTestEngine()
  const b = await startTestEngine({ applyDdl: false })
  const tables = async (engine: typeof a): Promise<readonly string[]> => {
    const result = await engine.client.query({ query: 'show tables', format: 'JSONEachRow' })
    return (await result.json<{ name: string }>()).map((row) => row.name)
  }
  expect(await tables(a)).toEqual(expect.arrayContaining(['forms', 'cases', 'case_changes', 'workers']))
  expect(await tables(b)).toEqual([])
  await a.drop()
  await b.drop()
})
