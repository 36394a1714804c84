// Which commands show pages. Kept apart from the real command line because that one needs the dependencies first.

/**
 * Whether the pages have to be built before this command runs.
 * @param {readonly string[]} args as typed after `casehouse`
 */
export function chooseDashboardsNeed(args) {
  if (args.some((arg) => arg === '--help' || arg === '-h')) return false
  const words = args.filter((arg) => !arg.startsWith('-'))
  if (args.includes('--no-dashboards')) return false
  if (words[0] === 'serve') return words.includes('dashboards')
  if (words[0] === 'dev') return ['build', 'check', 'test'].includes(words[1] ?? '')
  return words[0] === 'up'
}
