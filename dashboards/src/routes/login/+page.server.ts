import { fail, redirect } from '@sveltejs/kit'
import { SignIn } from '#api/contract.ts'
import { ApiRefusal, send, SESSION_COOKIE } from '#lib/server/api.ts'
import { answerUnexpected } from '#lib/server/problems.ts'
import { passCookie } from '#lib/server/set-cookie.ts'
import { safeNext } from '#lib/url-state.ts'
import type { Actions } from './$types'

const INCOMPLETE = {
  code: 'DASHBOARDS_SIGN_IN_INCOMPLETE',
  error: 'Type your email address and your password.',
}
const WRONG = 'This email address and password do not belong together. Check both and try again.'

export const actions = {
  async signin(event) {
    const form = await event.request.formData()
    const email = String(form.get('email') ?? '').trim()
    const credentials = SignIn.safeParse({ email, password: form.get('password') })
    if (!credentials.success) return fail(400, { email, problem: INCOMPLETE })
    try {
      const response = await send(event, 'POST', '/api/session', credentials.data)
      if (!passCookie(event.cookies, response, SESSION_COOKIE)) {
        return fail(502, { email, problem: answerUnexpected(response.status) })
      }
    } catch (cause) {
      if (!(cause instanceof ApiRefusal)) throw cause
      const problem = cause.status === 401 ? { ...cause.problem, error: WRONG } : cause.problem
      return fail(cause.status, { email, problem })
    }
    redirect(303, safeNext(event.url.searchParams.get('next')))
  },

  async signout(event) {
    // Whatever the API says, this browser forgets the session.
    await send(event, 'DELETE', '/api/session').catch((cause: unknown) => {
      if (!(cause instanceof ApiRefusal)) throw cause
    })
    event.cookies.delete(SESSION_COOKIE, { path: '/' })
    redirect(303, '/login')
  },
} satisfies Actions
