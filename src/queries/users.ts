import { query, type Sql } from '../database/sql.ts'

/** A user as authentication needs it. */
export interface UserRow {
  id: number
  username: string
  password: string
  is_staff: boolean
  is_superuser: boolean
  is_active: boolean
  /** Made here: the portal's account of that name is another person. */
  is_local: boolean
  /** Counts the times that all of the user's sessions were ended. */
  session_epoch: number
  /** Plain portal token of an adopted database; null or empty: none. */
  api_token: string | null
  api_token_sealed: string | null
  bearer_sealed: string | null
  /** Null: the portal was never asked. */
  proposals: string[] | null
}

/** What is known of a user from outside; null leaves what is there. */
export interface Person {
  username: string
  first_name: string | null
  last_name: string | null
  email: string | null
  is_staff: boolean | null
  is_superuser: boolean | null
}

const columns = (sql: Sql) => query(sql, 'users/find.columns', {})

export async function byToken(sql: Sql, hash: Uint8Array, plain: string): Promise<UserRow | undefined> {
  const [row] = await query(sql, 'users/find.by_token', { columns: columns(sql), hash, plain })
  return row as UserRow | undefined
}

export async function byBearer(sql: Sql, hash: Uint8Array): Promise<UserRow | undefined> {
  const [row] = await query(sql, 'users/find.by_bearer', { columns: columns(sql), hash })
  return row as UserRow | undefined
}

export async function byId(sql: Sql, id: number): Promise<UserRow | undefined> {
  const [row] = await query(sql, 'users/find.by_id', { columns: columns(sql), id })
  return row as UserRow | undefined
}

export async function byName(sql: Sql, username: string): Promise<UserRow | undefined> {
  const [row] = await query(sql, 'users/find.by_name', { columns: columns(sql), username })
  return row as UserRow | undefined
}

/** The name is that of a user who was made here, and is left alone. */
export class LocalName extends Error {}

/**
 * Creates or updates a user of the portal; answers the id.
 * @throws LocalName
 */
export async function save(sql: Sql, person: Person): Promise<number> {
  const [row] = await query(sql, 'users/save.user', { ...person })
  if (!row) throw new LocalName(`there is a local user '${person.username}'`)
  return row.id
}

/** Ends all sessions of a user, wherever they are used. */
export async function endSessions(sql: Sql, id: number): Promise<void> {
  await query(sql, 'users/save.end_sessions', { id })
}

export interface Secret {
  plain: string
  hash: Uint8Array
  sealed: string
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

export async function saveBearer(sql: Sql, id: number, { hash, sealed }: Secret): Promise<void> {
  await query(sql, 'users/save.bearer', { id, hash, sealed })
}

export async function saveProposals(sql: Sql, id: number, proposals: readonly string[]): Promise<void> {
  await query(sql, 'users/save.proposals', { id, proposals })
}

/** Creates a local superuser; undefined: the name is taken. */
export async function addSuperuser(
  sql: Sql,
  username: string,
  password: string,
  email: string,
): Promise<number | undefined> {
  const [row] = await query(sql, 'users/save.superuser', { username, password, email })
  return row?.id
}

export async function token(
  sql: Sql,
  id: number,
): Promise<{ key: string | null; key_sealed: string | null } | undefined> {
  const [row] = await query(sql, 'users/tokens.get', { id })
  return row as { key: string | null; key_sealed: string | null } | undefined
}

/** false: the user has a token already. */
export async function addToken(sql: Sql, id: number, secret: Secret): Promise<boolean> {
  const rows = await query(sql, 'users/tokens.add', { id, ...secret })
  return rows.length === 1
}

export async function revokeToken(
  sql: Sql,
  id: number,
): Promise<{ key: string | null; key_hash: Uint8Array | null } | undefined> {
  const [row] = await query(sql, 'users/tokens.revoke', { id })
  return row as { key: string | null; key_hash: Uint8Array | null } | undefined
}

export type Plain = { user_id: number; plain: string }[]
/** Plain tokens of an adopted database that have no hash yet. */
export const plainTokens = async (sql: Sql): Promise<Plain> =>
  (await query(sql, 'users/tokens.plain_tokens', {})) as unknown as Plain
export const plainApiTokens = async (sql: Sql): Promise<Plain> =>
  (await query(sql, 'users/tokens.plain_api_tokens', {})) as unknown as Plain

export async function convertToken(sql: Sql, id: number, secret: Secret): Promise<void> {
  await query(sql, 'users/tokens.convert_token', { id, ...secret })
}
export async function convertApiToken(sql: Sql, id: number, secret: Secret): Promise<void> {
  await query(sql, 'users/tokens.convert_api_token', { id, ...secret })
}
