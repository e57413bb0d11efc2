import { type Fragment, query, row, rows, type Sql } from '../database/sql.ts'

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

/** A message as an operator sees it; times in UTC. */
export interface OutboxMessage {
  id: string
  /** waiting: to be sent, refused: not taken so far while others were, dead: given up. */
  state: 'waiting' | 'refused' | 'dead'
  frame: string | null
  basename: string | null
  attempts: number
  created: string
  /** Null of a dead letter. */
  next_try: string | null
  refused_since: string | null
  error: string | null
}

/** Which messages an operator means: of these ids, the dead letters, or all that are not due now. */
export type Which = { ids: readonly string[] } | 'dead' | 'held_up'

const columns = (sql: Sql) => query(sql, 'outbox.columns', {})

const chosen = (sql: Sql, which: Which): Fragment =>
  typeof which === 'string' ? query(sql, `outbox.${which}`, {}) : query(sql, 'outbox.named', { ids: which.ids })

/** The dead letters, then, unless only they are wanted, those that wait, in the order in which they are tried. */
export async function list(sql: Sql, limit: number, only?: 'dead'): Promise<OutboxMessage[]> {
  const dead = await rows<OutboxMessage>(query(sql, 'outbox.list_dead', { columns: columns(sql), limit }))
  if (only === 'dead' || dead.length >= limit) return dead
  const left = limit - dead.length
  return [
    ...dead,
    ...(await rows<OutboxMessage>(query(sql, 'outbox.list_waiting', { columns: columns(sql), limit: left }))),
  ]
}

/** How many there are, and when the oldest that waits was written. */
export const count = async (sql: Sql): Promise<{ waiting: number; dead: number; oldest: string | null }> =>
  (await row<{ waiting: number; dead: number; oldest: string | null }>(query(sql, 'outbox.count', {})))!

/** The ids of messages, in their order. */
export const idsOf = async (sql: Sql, which: Which): Promise<string[]> =>
  (await rows<{ id: string }>(query(sql, 'outbox.ids', { which: chosen(sql, which) }))).map(({ id }) => id)

/** Makes messages due now, dead letters too; how many. */
export const retry = async (sql: Sql, which: Which): Promise<number> =>
  (await query(sql, 'outbox.retry', { which: chosen(sql, which) })).count

/** Deletes messages and gives them, with their JSON text. */
export const drop = (sql: Sql, ids: readonly string[]): Promise<(OutboxMessage & { message: string })[]> =>
  rows<OutboxMessage & { message: string }>(
    query(sql, 'outbox.drop', { which: chosen(sql, { ids }), columns: columns(sql) }),
  )
