import type { Sql } from '../database/sql.ts'
import { type Log, type Outage, trackOutage } from '../log.ts'
import type { Events, Exchange } from './events.ts'
import { createSender } from './send.ts'

/** How often to check unprompted: for what other processes left, and what is due again. */
const LOOK_MS = 2000
/** Between two tries to reach a broker that is away: doubled from the first up to the last. */
const AWAY_MS = { first: 500, last: 10_000 }

/** The outage of a broker. */
export const trackBroker = (log: Log): Outage =>
  trackOutage(log, 'new frames cannot be announced: their messages wait in the outbox', 'frames are announced again', {
    name: 'broker',
  })

/** A pause after so many failures, less up to half of it by chance, so that processes do not come all at once. */
const pauseAfter = (failures: number): number =>
  Math.min(AWAY_MS.last, AWAY_MS.first * 2 ** (failures - 1)) * (0.5 + Math.random() / 2)

/**
 * Sends what is due in the outbox now, and ends: for a runtime whose processes do not stay.
 * @returns how many messages
 * @throws Error when the broker is away: what was not confirmed is due again
 */
export async function drainDue(sql: Sql, exchange: Exchange, log: Log): Promise<number> {
  const send = createSender(sql, exchange, log)
  for (let sent = 0; ; ) {
    const { claimed, taken, away } = await send()
    sent += taken
    if (away !== null) throw new Error(away)
    if (claimed === 0) return sent
  }
}

/**
 * Sends what is in the outbox to the exchange: at least once, oldest first, for as long as it
 * takes. Several processes may do so on the same database.
 * @param looks whether to look unprompted: of the processes of one server one is enough
 */
export function drainOutbox(sql: Sql, exchange: Exchange, log: Log, looks = true): Events {
  const send = createSender(sql, exchange, log)
  const away = trackBroker(log)
  let closing = false
  let failures = 0
  let isWoken = false
  /** Ends the pause, if it is one that may be ended. */
  let rouse: () => void = () => {}

  function pause(milliseconds: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === null ? undefined : setTimeout(resolve, milliseconds)
      rouse = () => {
        clearTimeout(timer)
        resolve()
      }
      if (closing || (isWoken && failures === 0)) rouse()
    })
  }

  /** Whether there may be more. */
  async function sendSome(): Promise<boolean> {
    // while the broker is away, messages are left alone
    if (failures) await exchange.connect()
    const round = await send()
    if (round.away !== null) throw new Error(round.away)
    if (round.taken) away.end()
    if (round.claimed) failures = 0
    return round.claimed > 0
  }

  async function run(): Promise<void> {
    while (!closing) {
      isWoken = false
      try {
        if (await sendSome()) continue
        failures = 0
      } catch (error) {
        failures++
        away.begin({ error: error instanceof Error ? error.message : String(error) })
      }
      // who has found the broker away also finds out when it is back
      await pause(failures ? pauseAfter(failures) : looks ? LOOK_MS : null)
    }
  }
  const running = run()
  return {
    wake() {
      isWoken = true
      if (failures === 0) rouse()
    },
    async close() {
      closing = true
      rouse()
      await running
      await exchange.close()
    },
  }
}
