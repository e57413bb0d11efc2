import { query, row, type Sql } from '../../database/sql.ts'
import type { Secret } from './tokens.ts'

/** What is known of a user from outside; null leaves what is there. */
export interface Person {
  username: string
  first_name: string | null
  last_name: string | null
  email: string | null
  is_staff: boolean | null
  is_superuser: boolean | null
}

/** The name is that of a user who was made here, and is left alone. */
export class LocalName extends Error {}

/**
 * Creates or updates a user of the portal; answers the id.
 * @throws LocalName
 */
export async function saveUser(sql: Sql, person: Person): Promise<number> {
  const saved = await row<{ id: number }>(query(sql, 'users/save.user', { ...person }))
  if (!saved) throw new LocalName(`there is a local user '${person.username}'`)
  return saved.id
}

/** Creates a local superuser; undefined: the name is taken. */
export async function addSuperuser(
  sql: Sql,
  username: string,
  password: string,
  email: string,
): Promise<number | undefined> {
  return (await row<{ id: number }>(query(sql, 'users/save.superuser', { username, password, email })))?.id
}

/** Ends all sessions of a user, wherever they are used. */
export async function endSessions(sql: Sql, id: number): Promise<void> {
  await query(sql, 'users/save.end_sessions', { id })
}

/** Notes that a user has just logged in with a password. */
export async function noteLogin(sql: Sql, id: number): Promise<void> {
  await query(sql, 'users/save.login', { id })
}

/** `secret` null leaves the api token that is there. */
export async function saveApiToken(
  sql: Sql,
  id: number,
  secret: Secret | null,
  staffView: boolean | null,
): Promise<void> {
  const { plain, hash, sealed } = secret ?? { plain: null, hash: null, sealed: null }
  await query(sql, 'users/save.api_token', { id, plain, hash, sealed, staff_view: staffView })
}

/** Keeps the user's bearer token, hashed and sealed. */
export async function saveBearer(sql: Sql, id: number, { hash, sealed }: Secret): Promise<void> {
  await query(sql, 'users/save.bearer', { id, hash, sealed })
}

/** Replaces the proposals that the user is a member of. */
export async function saveProposals(sql: Sql, id: number, proposals: readonly string[]): Promise<void> {
  await query(sql, 'users/save.proposals', { id, proposals })
}
