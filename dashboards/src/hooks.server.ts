/** Around every page: who may post, what browsers are told to refuse, how an error is named. */
import { error } from '@sveltejs/kit'
import type { Handle, HandleServerError } from '@sveltejs/kit/hooks'
import { isForeignPost } from '#lib/server/origin.ts'

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
} as const

export const handle: Handle = async ({ event, resolve }) => {
  if (isForeignPost(event.request)) {
    error(403, 'This form was sent from another site.', { code: 'DASHBOARDS_POST_FOREIGN' })
  }
  const response = await resolve(event)
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value)
  // Pages hold people's data: no shared cache may keep them.
  if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store')
  return response
}

export const handleError: HandleServerError = (caught) => {
  switch (caught.kind) {
    case 'app':
      return { code: caught.error.code }
    case 'framework':
    case 'validation':
      return { code: caught.error.status === 404 ? 'DASHBOARDS_PAGE_MISSING' : 'DASHBOARDS_REQUEST_INVALID' }
    case 'unknown':
      process.stderr.write(
        `${JSON.stringify({ level: 50, name: 'dashboards', msg: describe(caught.error) })}\n`,
      )
      return { message: 'Something went wrong on our side.', code: 'DASHBOARDS_PAGE_BROKEN' }
  }
}

/** The kind of an error and where it was thrown; not its message, which could hold what a person typed. */
function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return 'a value was thrown'
  const where = cause.stack?.split('\n').find((line) => line.trimStart().startsWith('at ')) ?? ''
  return `${cause.name} ${where.trim()}`
}
