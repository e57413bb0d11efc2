import { query, rows, type Sql } from '../database/sql.ts'

/** A message to be sent: its id, and its JSON text, which has every digit that the headers had. */
export interface OutboxRow {
  id: string
  message: string
}

/** Claims the oldest messages that are due for this process, for 15 seconds at least. */
export async function claim(sql: Sql, limit: number): Promise<OutboxRow[]> {
  const claimed = await rows<OutboxRow>(query(sql, 'outbox.claim', { limit }))
  return [...claimed].sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)))
}

/** Deletes messages that the broker has confirmed. */
export async function done(sql: Sql, rows: readonly OutboxRow[]): Promise<void> {
  await query(sql, 'outbox.done', { ids: rows.map((r) => r.id) })
}

/** Gives back messages that could not be sent: they are due again. */
export async function release(sql: Sql, rows: readonly OutboxRow[]): Promise<void> {
  await query(sql, 'outbox.release', { ids: rows.map((r) => r.id) })
}
