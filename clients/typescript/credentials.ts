import { type Ask, ask, type Connection, type Credentials, nameOf, readJson, urlOf } from './connection.ts'
import { ArchiveError } from './error.ts'

/** A user's name and password, for which the archive gives a token. */
export interface Login {
  username: string
  password: string
}

const TOKEN = /^[\x21-\x7e]+$/

/** Asks as nobody in particular. */
export const anonymous: Credentials = { token: async () => null, renew: () => false }

/** @throws TypeError for what cannot be a token; it is not in the message */
export function withToken(token: string): Credentials {
  const trimmed = token.trim()
  if (!TOKEN.test(trimmed)) throw new TypeError('the token is empty, or has characters that no token has')
  return { token: async () => trimmed, renew: () => false }
}

/** Logs in with the first request, and again when the token is not taken any more. */
export function withLogin(login: Login): Credentials {
  let current: Promise<string> | undefined
  let known: string | undefined
  return {
    async token(connection) {
      current ??= logIn(connection, login)
      const mine = current
      try {
        known = await mine
        return known
      } catch (error) {
        // the next request may try again
        if (current === mine) current = undefined
        throw error
      }
    },
    renew(refused) {
      // of those that were under way with it the first logs in
      if (refused === known) current = undefined
      return true
    },
  }
}

/** The token of a user. @throws ArchiveError for a name and password that are not taken */
export async function logIn(connection: Connection, login: Login): Promise<string> {
  const asked: Ask = {
    method: 'POST',
    url: urlOf(connection, '/api-token-auth/'),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(login),
  }
  const answered = await ask({ ...connection, credentials: anonymous }, asked)
  const token = readJson<{ token?: unknown } | null>(asked, answered)?.token
  if (typeof token !== 'string' || !TOKEN.test(token))
    throw new ArchiveError(nameOf(asked), 'what answers gives no token', { status: answered.response.status })
  return token
}
