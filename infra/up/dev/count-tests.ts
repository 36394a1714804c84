import { z } from 'zod'

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

/**
 * The numbers of the last line. A file that could not be loaded counts as one failure, and so does a run that ended badly
 * with every test passing: an unhandled error must not look green.
 * @param report the JSON of vitest's reporter; empty when it wrote none
 */
export function countTests(
  report: string,
  exitCode: number,
): { readonly passed: number; readonly failed: number } {
  const parsed = Report.safeParse(parseJson(report))
  if (!parsed.success) return { passed: 0, failed: 1 }
  const { numPassedTests, numFailedTests, testResults } = parsed.data
  const broken = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  const failed = numFailedTests + broken
  return { passed: numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
