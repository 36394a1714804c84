import ExcelJS from 'exceljs'
import { describe, expect, it } from 'vitest'
import type { WorkerActivityReport } from '#warehouse/index.ts'
import { writeCsv, type Cell } from './csv.ts'
import { toWorkerActivitySheet } from './worker-activity-sheet.ts'
import { toColumnName } from './xlsx-sheet.ts'
import { writeXlsx } from './xlsx.ts'

async function readText(chunks: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += chunk
  return text
}

async function readSheet(title: string, rows: Iterable<readonly Cell[]>) {
  const chunks: Buffer[] = []
  for await (const chunk of writeXlsx(title, rows)) chunks.push(Buffer.from(chunk as Uint8Array))
  const workbook = new ExcelJS.Workbook()
  await workbook.xlsx.load(Buffer.concat(chunks) as unknown as ArrayBuffer)
  return workbook
}

const activity = {
  forms_submitted: 3,
  avg_forms_submitted: 1,
  last_form_submission: '2024-03-01',
  cases_created: 1,
  cases_closed: 0,
  active_cases: 1,
  total_cases: 3,
  percent_active_cases: 100 / 3,
}
const report: WorkerActivityReport = {
  view_by: 'users',
  startdate: '2024-03-01',
  enddate: '2024-03-07',
  rows: [
    { id: 'u1', name: '=cmd|calc', username: 'asha', ...activity, active_users: null, total_users: null },
    {
      id: 'u2',
      name: 'Ānanda "अ", 🙂',
      username: 'nan',
      ...activity,
      last_form_submission: null,
      percent_active_cases: null,
      active_users: null,
      total_users: null,
    },
  ],
  footer: { ...activity, workers_with_submissions: 1, workers: 2, active_users: null, total_users: null },
}

describe('CSV', () => {
  it('quotes what must be quoted and disarms formulas', async () => {
    const text = await readText(
      writeCsv([['a,b', 'say "x"', 'two\nlines', null, -1.5, '-1', '=1+1', '@x', 'plain']]),
    )
    expect(text).toBe('\uFEFF"a,b","say ""x""","two\nlines",,-1.5,\'-1,\'=1+1,\'@x,plain\r\n')
  })

  it('writes heading, rows and footer of Worker Activity', async () => {
    const lines = (await readText(writeCsv(toWorkerActivitySheet(report)))).split('\r\n')
    expect(lines[0]).toContain(
      'User,Username,# Forms Submitted,Avg # Forms Submitted (last 3),Last Form Submission',
    )
    expect(lines[1]).toBe("'=cmd|calc,asha,3,1,2024-03-01,1,0,1,3,33.3")
    expect(lines[2]).toBe('"Ānanda ""अ"", 🙂",nan,3,1,None,1,0,1,3,')
    expect(lines[3]).toBe('Total,,3,1,1 / 2,1,0,1,3,33.3')
  })
})

describe('XLSX', () => {
  it('is read back by another library, unicode and all', async () => {
    const workbook = await readSheet('Worker Activity', toWorkerActivitySheet(report))
    const sheet = workbook.getWorksheet('Worker Activity')
    expect(sheet?.getCell('A1').value).toBe('User')
    expect(sheet?.getCell('A2').value).toBe('=cmd|calc')
    expect(sheet?.getCell('A3').value).toBe('Ānanda "अ", 🙂')
    expect(sheet?.getCell('C2').value).toBe(3)
    expect(sheet?.getCell('J3').value).toBeNull()
    expect(sheet?.rowCount).toBe(4)
    expect([sheet?.getColumn(1).width, sheet?.getColumn(3).width]).toEqual([26, 18])
  })

  it('leaves out what XML cannot hold', async () => {
    const workbook = await readSheet('a/b[c]', [
      ['head'],
      ['a\u0000\u0008\u000Bb<&>"\ud800c'],
      ['x'.repeat(40_000)],
    ])
    const sheet = workbook.worksheets[0]
    expect(sheet?.name).toBe('a b c')
    expect(sheet?.getCell('A2').value).toBe('ab<&>"c')
    expect(String(sheet?.getCell('A3').value)).toHaveLength(32_767)
  })

  it('names columns as spreadsheets do', () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(toColumnName)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA'])
  })
})
