/**
 * Several texts in Prometheus' format → one, in which each name is explained once and has all its samples together, as the format asks.
 * The texts differ in a label (`role`), so no sample stands twice.
 */
export function mergeMetrics(texts: readonly string[]): string {
  const families = new Map<string, { readonly head: string[]; readonly samples: string[] }>()
  for (const text of texts) {
    const seen = new Set<string>()
    let family: { readonly head: string[]; readonly samples: string[] } = { head: [], samples: [] }
    for (const line of text.split('\n')) {
      if (line === '') continue
      const name = /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1]
      if (name === undefined) family.samples.push(line)
      else {
        const known = families.get(name)
        family = known ?? { head: [], samples: [] }
        if (known === undefined) {
          families.set(name, family)
          seen.add(name)
        }
        if (seen.has(name)) family.head.push(line)
      }
    }
  }
  return [...families.values()].map(({ head, samples }) => `${[...head, ...samples].join('\n')}\n`).join('\n')
}
