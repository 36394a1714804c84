/** Answers with what to call them: those of a repeat are told apart by their number. Pure. */
import type { FormAnswer } from '#api/contract.ts'

/** `[Item, Note, Item]` → `Item 1`, `Note`, `Item 2`. */
export function numbered(answers: readonly FormAnswer[]): { answer: FormAnswer; label: string }[] {
  const groups = Map.groupBy(answers, (answer) => answer.label)
  const seen = new Map<string, number>()
  return answers.map((answer) => {
    const nth = (seen.get(answer.label) ?? 0) + 1
    seen.set(answer.label, nth)
    const repeats = (groups.get(answer.label)?.length ?? 0) > 1
    return { answer, label: repeats ? `${answer.label} ${nth}` : answer.label }
  })
}
