import type { Sql } from '../database/sql.ts'
import type { Log } from '../log.ts'
import * as outbox from '../queries/outbox.ts'
import { tally } from '../tally.ts'
import type { Exchange } from './events.ts'

/** Messages that are published together, and their bytes as they are stored. */
const BATCH = { messages: 250, bytes: 8e6 }
/** For how long messages are sent one by one: a claim lasts a minute, and the last may take a third of it. */
const SINGLY_MS = 25_000
/** So many in a row that were not taken, while none was: it is not the messages. */
const FRUITLESS = 3
/** Whoever took a message so long ago at most takes messages. */
const RECENT_MS = 3_600_000

/** What came of one batch. */
export interface Round {
  /** Messages that were due, and how many of them the broker took. */
  claimed: number
  taken: number
  /** Why the broker takes nothing at the moment; null: it does, as far as is known. */
  away: string | null
}

/** Sends the oldest messages that are due, one batch of them. */
export type Sender = () => Promise<Round>

/** What became of the messages of a batch. */
interface Fates {
  taken: string[]
  refused: { id: string; error: string; isUnfit: boolean }[]
  /** Not sent, or not known to be. */
  left: string[]
  away: string | null
}

/** Whether the broker can be reached, after something failed; the reason if not. */
const whyAway = (exchange: Exchange): Promise<string | null> =>
  exchange.connect().then(
    () => null,
    (error) => String(error),
  )

/**
 * Publishes messages together; what is not known to be taken then, because one of them closed the channel,
 * one by one, as those that are suspect. Only one of each frame is among them: their order is free.
 */
async function deliver(exchange: Exchange, rows: readonly outbox.OutboxRow[]): Promise<Fates> {
  const until = Date.now() + SINGLY_MS
  const fates: Fates = { taken: [], refused: [], left: [], away: null }
  const publish = (some: readonly outbox.OutboxRow[]) =>
    exchange.publish(some.map(({ id, message, created }) => ({ id: messageId(id, created), text: message, created })))

  const together = rows.filter(({ suspect }) => !suspect)
  const singly: outbox.OutboxRow[] = []
  if (together.length) {
    const { receipts, error, isUnfit } = await publish(together)
    together.forEach((row, i) => {
      if (receipts[i] === 'taken') fates.taken.push(row.id)
      else if (receipts[i] === 'refused') fates.refused.push({ id: row.id, error: error ?? '', isUnfit: false })
      else if (together.length === 1 && isUnfit) fates.refused.push({ id: row.id, error: error ?? '', isUnfit })
      else singly.push(row)
    })
    if (singly.length) fates.away = await whyAway(exchange)
  }
  singly.push(...rows.filter(({ suspect }) => suspect))

  let fruitless = 0
  for (const row of singly) {
    if (fates.away !== null || Date.now() > until) {
      fates.left.push(row.id)
      continue
    }
    const { receipts, error, isUnfit } = await publish([row])
    if (receipts[0] === 'taken') {
      fates.taken.push(row.id)
      continue
    }
    // a broker that is gone meanwhile has refused nothing
    fates.away = receipts[0] === 'refused' ? null : await whyAway(exchange)
    if (fates.away === null) fates.refused.push({ id: row.id, error: error ?? '', isUnfit })
    else fates.left.push(row.id)
    if (!isUnfit && fates.taken.length === 0 && ++fruitless === FRUITLESS) fates.away ??= error
  }
  return fates
}

/** The property by which a consumer knows a message again: ids alone may be given twice, after a restore. */
const messageId = (id: string, created: number): string => `${id}-${Math.round(created * 1e6)}`

/** A sender of what is in the outbox: at least once. Several may be at it, here and elsewhere. */
export function createSender(sql: Sql, exchange: Exchange, log: Log): Sender {
  let lastTaken = Number.NEGATIVE_INFINITY
  return async () => {
    const rows = await outbox.claim(sql, BATCH.messages, BATCH.bytes)
    if (rows.length === 0) return { claimed: 0, taken: 0, away: null }
    const { taken, refused, left, away } = await deliver(exchange, rows)
    tally.published += taken.length
    await outbox.done(sql, taken)
    await outbox.release(sql, left)
    if (taken.length) lastTaken = Date.now()
    const takesOthers = taken.length > 0 || (rows.length === 1 && Date.now() - lastTaken < RECENT_MS)
    const otherwise = rows.length === 1 ? 'unknown' : 'broker'
    const refusals = refused.map(({ id, error, isUnfit }) => {
      const blame: outbox.Refusal['blame'] = takesOthers || isUnfit ? 'message' : otherwise
      return { id, error, blame }
    })
    for (const { first, dead, ...message } of await outbox.refuse(sql, refusals)) {
      if (dead)
        log.error('a message is a dead letter: the broker has refused it for a day (platestack outbox)', message)
      else if (first) log.warn('the broker refuses a message, and takes others: it is tried again for a day', message)
    }
    const blamed = refusals.find(({ blame }) => blame !== 'message')
    return { claimed: rows.length, taken: taken.length, away: away ?? blamed?.error ?? null }
  }
}
