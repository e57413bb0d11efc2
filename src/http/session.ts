import { findUserById, type UserRow } from '../queries/users/find.ts'
import { endSessions } from '../queries/users/save.ts'
import type { Services } from '../services.ts'
import type { RequestContext } from './operation.ts'

/** The cookie of the browsable pages. */
const NAME = 'sessionid'
const TWO_WEEKS = 14 * 86_400
const COOKIE = /^(\d{1,10})\.(\d{10,12})\.([\w-]{32})$/

type Holder = Pick<UserRow, 'id' | 'password' | 'session_epoch'>

// what is signed but not sent ends the session when it changes: at a new password, and when the user logs out
const signedText = ({ id, password, session_epoch }: Holder, expires: number): string =>
  `${id}.${expires}.${session_epoch}.${password}`

/** The value of the session cookie that a request brings. */
export function sessionOf(c: RequestContext): string | undefined {
  for (const pair of (c.req.header('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at !== -1 && pair.slice(0, at).trim() === NAME) return pair.slice(at + 1).trim()
  }
  return undefined
}

/**
 * The user whose session this is, read afresh: null when the cookie is not one of ours or has expired, and when since it was given the
 * user was made inactive, has another password, or has logged out.
 */
export async function sessionUser({ keys, writer }: Services, cookie: string): Promise<UserRow | null> {
  const [, id, expires, signature] = COOKIE.exec(cookie) ?? []
  if (signature === undefined || Number(id) > 2147483647 || Number(expires) * 1000 <= Date.now()) return null
  const row = await findUserById(writer, Number(id))
  if (!row?.is_active) return null
  return keys.verify('session', signedText(row, Number(expires)), signature) ? row : null
}

const setCookie = (c: RequestContext, value: string, seconds: number): string =>
  `${NAME}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${c.var.base.startsWith('https:') ? '; Secure' : ''}`

/** The Set-Cookie that signs a user in for two weeks. */
export function startSession(c: RequestContext, user: Holder): string {
  const expires = Math.floor(Date.now() / 1000) + TWO_WEEKS
  const signature = c.env.keys.sign('session', signedText(user, expires))
  return setCookie(c, `${user.id}.${expires}.${signature}`, TWO_WEEKS)
}

/** Ends all sessions of the user whose cookie the request brings, so that no copy of it is of use; answers the Set-Cookie that signs out. */
export async function endSession(c: RequestContext): Promise<string> {
  const session = sessionOf(c)
  const row = session === undefined ? null : await sessionUser(c.env, session)
  if (row) await endSessions(c.env.writer, row.id)
  return setCookie(c, '', 0)
}

/**
 * Where the browser says that a request comes from. Sec-Fetch-Site is sent over https and on loopback only, Origin with every form and
 * script that writes; `unknown`: neither, so no browser of today.
 */
export function originOf(c: RequestContext): 'same' | 'other' | 'unknown' {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' ? 'same' : 'other'
  const origin = c.req.header('origin')
  if (origin === undefined) return 'unknown'
  return origin === c.var.base ? 'same' : 'other'
}

/** A path of this archive to go on to, with its query; any other address, and none, is `/docs/`. */
export function ownPath(next: string | undefined, base: string): string {
  const url = next?.startsWith('/') && URL.canParse(next, base) ? new URL(next, base) : null
  // '/.//host' resolves to a path that a browser would read as a host
  if (!url || url.origin !== new URL(base).origin || url.pathname.startsWith('//')) return '/docs/'
  return url.pathname + url.search + url.hash
}
