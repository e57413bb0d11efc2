import { query, row, type Sql } from '../../database/sql.ts'

/** Records the size and CRC-32 that the file of a version has; false: the version is another by now. */
export async function correctRecord(
  sql: Sql,
  version: { id: number; key: string; md5: string; size: number; crc32: number },
): Promise<boolean> {
  return (await row(query(sql, 'verifications/repair.record', version))) !== undefined
}

/**
 * Gives a version the key under which its content lies in the store now, inside a transaction;
 * false: it is another version by now.
 */
export async function changeKey(tx: Sql, version: { id: number; before: string; key: string }): Promise<boolean> {
  const changed = await row<{ frame: number }>(query(tx, 'verifications/repair.rekey', version))
  if (changed) await query(tx, 'verifications/repair.touch', changed)
  return changed !== undefined
}
