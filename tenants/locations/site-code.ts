/** A code out of a name, unique among `taken`: `Bukoba East` → `bukoba_east`, then `bukoba_east1`. Source: reference §9. */
export function toSiteCode(name: string, taken: ReadonlySet<string>): string {
  const plain = name.normalize('NFKD').toLowerCase()
  const slug = plain.replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '') || 'place'
  if (!taken.has(slug)) return slug
  for (let suffix = 1; ; suffix += 1) {
    const candidate = `${slug}${suffix}`
    if (!taken.has(candidate)) return candidate
  }
}
