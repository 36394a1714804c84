/** What a panel of a page can be: its value, or the problem that kept it away. Plain data, so a server can send it. */
import type { ProblemBody } from '#api/contract.ts'

export type PanelResult<T> =
  { readonly kind: 'ready'; readonly value: T } | { readonly kind: 'failed'; readonly problem: ProblemBody }

/** At once, or while the page is already on screen. */
export type Eventually<T> = PanelResult<T> | Promise<PanelResult<T>>
