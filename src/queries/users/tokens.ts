import { query, row, rows, type Sql } from '../../database/sql.ts'

/** A token in the three forms in which it is kept or looked up. */
export interface Secret {
  plain: string
  hash: Uint8Array
  sealed: string
}

interface KeptToken {
  key: string | null
  key_sealed: string | null
}

/** The archive's own token of a user. */
export const getToken = (sql: Sql, id: number): Promise<KeptToken | undefined> =>
  row<KeptToken>(query(sql, 'users/tokens.get', { id }))

/** false: the user has a token already. */
export async function addToken(sql: Sql, id: number, secret: Secret): Promise<boolean> {
  return (await row(query(sql, 'users/tokens.add', { id, ...secret }))) !== undefined
}

interface RevokedToken {
  key: string | null
  key_hash: Uint8Array | null
}

/** Deletes the token of a user, and gives what is needed to forget it in caches. */
export const revokeToken = (sql: Sql, id: number): Promise<RevokedToken | undefined> =>
  row<RevokedToken>(query(sql, 'users/tokens.revoke', { id }))

/** Where an adopted database keeps tokens: the archive's own, and the portal's. */
type Kind = 'tokens' | 'api_tokens'

/** The plain tokens of an adopted database that have no hash yet. */
export const plainTokens = (sql: Sql, kind: Kind): Promise<{ user_id: number; plain: string }[]> =>
  rows<{ user_id: number; plain: string }>(query(sql, `users/tokens.plain_${kind}`, {}))

/** Gives a plain token its hash and sealed form. */
export async function convertToken(sql: Sql, kind: Kind, id: number, secret: Secret): Promise<void> {
  await query(sql, `users/tokens.convert_${kind}`, { id, ...secret })
}
