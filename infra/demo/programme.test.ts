import { describe, expect, it } from 'vitest'
import { createProgramme } from './programme.ts'
import { renderForm } from './render-form.ts'

const UNTIL = new Date('2026-11-24T08:00:00Z')

describe('the demo programme', () => {
  const programme = createProgramme(7, UNTIL)
  const all = programme.submissions.flat()
  const blocks = all.flatMap((submission) => submission.cases)

  it('has 60 workers, about 5,000 mothers and children and 20,000 visits', () => {
    const visits = all.filter((submission) => !['registerMother', 'closeFamily'].includes(submission.form))
    const created = blocks.filter((caseBlock) => caseBlock.create !== null)
    expect(programme.workers).toHaveLength(60)
    expect(created.length).toBeGreaterThan(4_500)
    expect(created.length).toBeLessThan(5_600)
    expect(visits.length).toBeGreaterThan(18_000)
    expect(visits.length).toBeLessThan(22_000)
  })

  it('is the same, byte for byte, for the same seed and end', () => {
    const again = createProgramme(7, UNTIL).submissions.flat()
    expect(again.map((submission) => renderForm(submission, 'u'))).toEqual(
      all.map((submission) => renderForm(submission, 'u')),
    )
  })

  it('lets the forms of one worker arrive in the order of their completion, after it, and before the end', () => {
    for (const submissions of programme.submissions) {
      for (const [index, submission] of submissions.entries()) {
        const before = submissions[index - 1]
        expect(submission.receivedAt).toBeGreaterThan(submission.completedAt)
        expect(submission.receivedAt).toBeLessThan(UNTIL.getTime())
        expect(submission.receivedAt).toBeGreaterThan(before?.receivedAt ?? 0)
        expect(submission.completedAt).toBeGreaterThan(before?.completedAt ?? 0)
      }
    }
  })

  it('creates every case before it updates it, and gives each child its mother', () => {
    const known = new Set<string>()
    const orphans = blocks.filter((caseBlock) => {
      const early = caseBlock.create === null && !known.has(caseBlock.caseId)
      known.add(caseBlock.caseId)
      return early || (caseBlock.create?.type === 'child' && !known.has(caseBlock.parent?.caseId ?? ''))
    })
    expect(orphans).toEqual([])
  })

  it('has quiet Sundays, late senders, idle workers and closed families', () => {
    const onWeekday = (weekday: number): number =>
      all.filter((s) => new Date(s.completedAt).getUTCDay() === weekday).length
    const late = all.filter((submission) => submission.receivedAt - submission.completedAt > 12 * 3_600_000)
    expect(onWeekday(0)).toBeLessThan(onWeekday(1) / 4)
    expect(late.length).toBeGreaterThan(all.length / 50)
    expect(programme.submissions.filter((submissions) => submissions.length === 0)).toHaveLength(3)
    expect(blocks.filter((caseBlock) => caseBlock.close).length).toBeGreaterThan(500)
  })
})
