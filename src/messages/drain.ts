import type { Sql } from '../database/sql.ts'
import { type Log, type Outage, trackOutage } from '../log.ts'
import * as outbox from '../queries/outbox.ts'
import { tally } from '../tally.ts'
import type { Events, Exchange } from './events.ts'

const BATCH = 100
/** How often to check unprompted: for what other processes left, and what is due again. */
const LOOK_MS = 2000

/**
 * Sends the oldest messages that are due, BATCH at most; how many. What the broker has not
 * confirmed stays.
 * @throws what the exchange throws
 */
async function sendBatch(sql: Sql, exchange: Exchange): Promise<number> {
  const rows = await outbox.claim(sql, BATCH)
  if (rows.length === 0) return 0
  try {
    await exchange.publish(rows.map((r) => r.message))
  } catch (error) {
    await outbox.release(sql, rows)
    throw error
  }
  tally.published += rows.length
  await outbox.done(sql, rows)
  return rows.length
}

/** The outage of a broker. */
export const trackBroker = (log: Log): Outage =>
  trackOutage(log, 'new frames cannot be announced: their messages wait in the outbox', 'frames are announced again', {
    name: 'broker',
  })

/**
 * Sends what is due in the outbox now, and ends: for a runtime whose processes do not stay.
 * @returns how many messages
 * @throws what the exchange throws: what was not confirmed is due again
 */
export async function drainDue(sql: Sql, exchange: Exchange): Promise<number> {
  let sent = 0
  for (let last = BATCH; last === BATCH; sent += last) last = await sendBatch(sql, exchange)
  return sent
}

/**
 * Sends what is in the outbox to the exchange: at least once, oldest first, for as long as it
 * takes. Several processes may do so on the same database.
 * @param looks whether to look unprompted: of the processes of one server one is enough
 */
export function drainOutbox(sql: Sql, exchange: Exchange, log: Log, looks = true): Events {
  let closing = false
  let hasFailed = false
  const away = trackBroker(log)
  let woken: () => void = () => {}
  let sleep = new Promise<void>((resolve) => {
    woken = resolve
  })

  async function send(): Promise<'more' | 'empty'> {
    const sent = await sendBatch(sql, exchange)
    if (sent === 0) return 'empty'
    away.end()
    hasFailed = false
    return sent === BATCH ? 'more' : 'empty'
  }

  async function run(): Promise<void> {
    while (!closing) {
      const found = await send().catch((error) => {
        away.begin({ error: String(error) })
        hasFailed = true
        return 'empty' as const
      })
      if (found === 'more') continue
      // who has said that the broker is away also finds out when it is back
      const timer = looks || hasFailed ? setTimeout(woken, LOOK_MS) : undefined
      await sleep
      clearTimeout(timer)
      sleep = new Promise<void>((resolve) => {
        woken = resolve
      })
    }
  }
  const running = run()
  return {
    wake: () => woken(),
    async close() {
      closing = true
      woken()
      await running
      await exchange.close()
    },
  }
}
