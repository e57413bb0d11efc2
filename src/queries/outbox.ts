import { query, rows, type Sql } from '../database/sql.ts'

/** A message to be sent. */
export interface OutboxRow {
  id: string
  /** Its JSON text, which has every digit that the headers had. */
  message: string
  /** When it was written, in seconds of Unix time. */
  created: number
  /** The broker has refused it, or several who tried to send it did not come to an end: it is sent apart. */
  suspect: boolean
}

/** Why a message was not taken, and what that says of it. */
export interface Refusal {
  id: string
  error: string
  /** Whose fault it is, as far as one can tell: a message's while the broker takes others. */
  blame: 'message' | 'broker' | 'unknown'
}

/** A message that was refused, as it stands now. */
export interface RefusedRow {
  id: string
  frame: string | null
  basename: string | null
  error: string
  dead: boolean
  /** Its first refusal. */
  first: boolean
}

/**
 * Claims the oldest messages that are due for this process, for a minute; of one frame never more than
 * the first that waits.
 * @param bytes what they may take together, as they are stored; the last one may go beyond
 */
export async function claim(sql: Sql, limit: number, bytes: number): Promise<OutboxRow[]> {
  const claimed = await rows<OutboxRow>(query(sql, 'outbox.claim', { limit, bytes }))
  return [...claimed].sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)))
}

/** Deletes messages that the broker has confirmed. */
export async function done(sql: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length) await query(sql, 'outbox.done', { ids })
}

/** Gives back messages that could not be sent because the broker is away: they are due again. */
export async function release(sql: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length) await query(sql, 'outbox.release', { ids })
}

/** Notes that the broker did not take messages: they are due again later, or dead letters now. */
export async function refuse(sql: Sql, refusals: readonly Refusal[]): Promise<RefusedRow[]> {
  if (refusals.length === 0) return []
  return rows<RefusedRow>(
    query(sql, 'outbox.refuse', {
      ids: refusals.map((r) => r.id),
      errors: refusals.map((r) => r.error),
      blames: refusals.map((r) => r.blame),
    }),
  )
}
