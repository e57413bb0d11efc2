import { query, type Sql } from '../database/sql.ts'

/** Everything that is kept encrypted under SECRET_KEY. */
export async function allSealed(sql: Sql): Promise<string[]> {
  const rows = await query(sql, 'users/tokens.sealed', {})
  return rows.map((row) => row.sealed as string)
}

/** Holds off all writers of what is kept under SECRET_KEY, until the transaction ends. */
export async function lockSecrets(tx: Sql): Promise<void> {
  await query(tx, 'users/tokens.lock', {})
}

/** What is kept under SECRET_KEY: the archive's tokens, the portal's api tokens, and bearer tokens. */
export const KINDS = ['tokens', 'api_tokens', 'bearers'] as const
type Kind = (typeof KINDS)[number]

export type Sealed = { id: number; sealed: string }[]

/** What is kept of one kind, by the user's id. */
export const sealedOf = async (sql: Sql, kind: Kind): Promise<Sealed> =>
  (await query(sql, `users/tokens.sealed_${kind}`, {})) as unknown as Sealed

/** Replaces what is kept of one kind for these users; hashes in hexadecimal digits. */
export async function reseal(
  sql: Sql,
  kind: Kind,
  rows: readonly { id: number; hash: string; sealed: string }[],
): Promise<void> {
  await query(sql, `users/tokens.reseal_${kind}`, { rows: JSON.stringify(rows) })
}
