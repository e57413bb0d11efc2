import { query, row, type Sql } from '../../database/sql.ts'

/** Records the size and CRC-32 that the file of a version has, unless it is another by now. */
export async function correctRecord(
  sql: Sql,
  version: { id: number; key: string; md5: string; size: number; crc32: number },
): Promise<void> {
  await query(sql, 'verifications/repair.record', version)
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
