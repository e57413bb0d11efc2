import { findUserById, type UserRow } from '../queries/users/find.ts'
import type { IdentityServices } from './identity_services.ts'
import type { Keys } from './keys.ts'

/** How long a browser stays signed in: two weeks. */
export const SESSION_SECONDS = 14 * 86_400
const SESSION = /^(\d{1,10})\.(\d{10,12})\.([\w-]{32})$/

type Holder = Pick<UserRow, 'id' | 'password' | 'session_epoch'>

// What is signed but not sent ends the session when it changes: at a new password, and at log-out.
const signedText = ({ id, password, session_epoch }: Holder, expires: number): string =>
  `${id}.${expires}.${session_epoch}.${password}`

/** A session of a user from now on: `ID.EXPIRES.SIGNATURE`, expiring in Unix seconds. */
export function newSession(keys: Keys, user: Holder): string {
  const expires = Math.floor(Date.now() / 1000) + SESSION_SECONDS
  return `${user.id}.${expires}.${keys.sign('session', signedText(user, expires))}`
}

/**
 * The user whose session this is, read from the database: null when it is not one of ours or has
 * expired, and when since then the user was made inactive, got another password, or has logged out.
 */
export async function sessionUser(
  { keys, writer }: Pick<IdentityServices, 'keys' | 'writer'>,
  session: string,
): Promise<UserRow | null> {
  const [, id, expires, signature] = SESSION.exec(session) ?? []
  if (signature === undefined || Number(id) > 2147483647 || Number(expires) * 1000 <= Date.now()) return null
  const row = await findUserById(writer, Number(id))
  if (!row?.is_active) return null
  return keys.verify('session', signedText(row, Number(expires)), signature) ? row : null
}
