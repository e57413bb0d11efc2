import { query, type Sql } from '../database/sql.ts'

/** A message to be sent: its id, and its JSON text, which has every digit that the headers had. */
export interface OutboxRow {
  id: string
  message: string
}

/** The oldest messages that are due, claimed for this process for at least a quarter of a minute. */
export async function claim(sql: Sql, limit: number): Promise<OutboxRow[]> {
  const rows = (await query(sql, 'outbox/send.claim', { limit })) as unknown as OutboxRow[]
  return [...rows].sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)))
}

export async function done(sql: Sql, rows: readonly OutboxRow[]): Promise<void> {
  await query(sql, 'outbox/send.done', { ids: rows.map((r) => r.id) })
}

export async function release(sql: Sql, rows: readonly OutboxRow[]): Promise<void> {
  await query(sql, 'outbox/send.release', { ids: rows.map((r) => r.id) })
}
