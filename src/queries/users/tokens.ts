import { query, row, rows, type Sql } from '../../database/sql.ts'

/** A token in the three forms in which it is kept or looked up. */
export interface Secret {
  plain: string
  hash: Uint8Array
  sealed: string
}

/** The archive's own token of a user, as it is kept. */
export const getToken = (
  sql: Sql,
  id: number,
): Promise<{ key: string | null; key_sealed: string | null } | undefined> =>
  row<{ key: string | null; key_sealed: string | null }>(query(sql, 'users/tokens.get', { id }))

/** false: the user has a token already. */
export async function addToken(sql: Sql, id: number, secret: Secret): Promise<boolean> {
  return (await row(query(sql, 'users/tokens.add', { id, ...secret }))) !== undefined
}

/** The token is gone at once; answers what is needed to forget it in caches. */
export const revokeToken = (
  sql: Sql,
  id: number,
): Promise<{ key: string | null; key_hash: Uint8Array | null } | undefined> =>
  row<{ key: string | null; key_hash: Uint8Array | null }>(query(sql, 'users/tokens.revoke', { id }))

/** A token of an adopted database that has no hash yet. */
export interface PlainToken {
  user_id: number
  plain: string
}

export const plainTokens = (sql: Sql): Promise<PlainToken[]> =>
  rows<PlainToken>(query(sql, 'users/tokens.plain_tokens', {}))
export const plainApiTokens = (sql: Sql): Promise<PlainToken[]> =>
  rows<PlainToken>(query(sql, 'users/tokens.plain_api_tokens', {}))

export async function convertToken(sql: Sql, id: number, secret: Secret): Promise<void> {
  await query(sql, 'users/tokens.convert_token', { id, ...secret })
}
export async function convertApiToken(sql: Sql, id: number, secret: Secret): Promise<void> {
  await query(sql, 'users/tokens.convert_api_token', { id, ...secret })
}
