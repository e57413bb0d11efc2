import { getCookie } from 'hono/cookie'
import { newSession, SESSION_SECONDS, sessionUser } from '../auth/session.ts'
import type { UserRow } from '../queries/users/find.ts'
import { endSessions } from '../queries/users/save.ts'
import type { RequestContext } from './operation.ts'

/** The cookie of the browsable pages. */
const NAME = 'sessionid'

/** The value of the session cookie that a request brings. */
export const sessionOf = (c: RequestContext): string | undefined => getCookie(c, NAME)

// written here, because hono's setCookie puts the attributes in another order than clients know
const setCookie = (c: RequestContext, value: string, seconds: number): string =>
  `${NAME}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${c.var.base.startsWith('https:') ? '; Secure' : ''}`

/** The Set-Cookie header that signs a user in for two weeks. */
export const startSession = (c: RequestContext, user: UserRow): string =>
  setCookie(c, newSession(c.env.keys, user), SESSION_SECONDS)

/**
 * Ends all sessions of the user whose cookie the request brings, so that no copy of it is of use.
 * @returns the Set-Cookie header that signs the browser out
 */
export async function endSession(c: RequestContext): Promise<string> {
  const session = sessionOf(c)
  const user = session === undefined ? null : await sessionUser(c.env, session)
  if (user) await endSessions(c.env.writer, user.id)
  return setCookie(c, '', 0)
}

/**
 * Where the browser says that a request comes from. Sec-Fetch-Site is sent over https and on
 * loopback only, Origin with every form and script that writes; `unknown`: neither, so not a
 * current browser.
 */
export function originOf(c: RequestContext): 'same' | 'other' | 'unknown' {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' ? 'same' : 'other'
  const origin = c.req.header('origin')
  if (origin === undefined) return 'unknown'
  return origin === c.var.base ? 'same' : 'other'
}

/** A path of this archive to go on to, with its query; `/docs/` for any other address. */
export function ownPath(next: string | undefined, base: string): string {
  const url = next?.startsWith('/') && URL.canParse(next, base) ? new URL(next, base) : null
  // '/.//host' resolves to a path that a browser would read as a host
  if (!url || url.origin !== new URL(base).origin || url.pathname.startsWith('//')) return '/docs/'
  return url.pathname + url.search + url.hash
}
