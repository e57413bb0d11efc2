import { query, rows, type Sql } from '../../database/sql.ts'

/** Everything that is kept encrypted under SECRET_KEY. */
export async function allSealed(sql: Sql): Promise<string[]> {
  const kept = await rows<{ sealed: string }>(query(sql, 'users/secrets.sealed', {}))
  return kept.map(({ sealed }) => sealed)
}

/** Holds off all writers of what is kept under SECRET_KEY, until the transaction ends. */
export async function lockSecrets(tx: Sql): Promise<void> {
  await query(tx, 'users/secrets.lock', {})
}

/** Kept under SECRET_KEY: the archive's tokens, the portal's api tokens, and bearer tokens. */
export const KINDS = ['tokens', 'api_tokens', 'bearers'] as const
type Kind = (typeof KINDS)[number]

/** What is kept of a user. */
export interface Sealed {
  id: number
  sealed: string
}

/** What is kept of one kind. */
export const sealedOf = (sql: Sql, kind: Kind): Promise<Sealed[]> =>
  rows<Sealed>(query(sql, `users/secrets.sealed_${kind}`, {}))

/** Replaces what is kept of one kind for these users; hashes in hexadecimal digits. */
export async function reseal(sql: Sql, kind: Kind, resealed: readonly (Sealed & { hash: string })[]): Promise<void> {
  await query(sql, `users/secrets.reseal_${kind}`, { rows: JSON.stringify(resealed) })
}
