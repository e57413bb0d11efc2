import type { Config } from '../../config/config.ts'
import type { Pool } from '../../database/open.ts'
import type { Log } from '../../log.ts'
import { drainDue, trackBroker } from '../../messages/drain.ts'
import type { Exchange } from '../../messages/events.ts'

/** Sends what is due in the outbox; never throws: what cannot be sent waits for the next time. */
export type Announce = (writer: Pool) => Promise<void>

/** How an isolate announces new frames; null: it does not. */
export function openAnnouncing({ events: { enabled, brokerUrl, exchange: name } }: Config, log: Log): Announce | null {
  if (!enabled || brokerUrl === null) return null
  const away = trackBroker(log)
  return async (writer) => {
    let exchange: Exchange | undefined
    try {
      // loaded by those alone who announce something
      const { createRabbitExchange } = await import('../../messages/rabbitmq.ts')
      // its connection is the request's, as those to the database are
      exchange = createRabbitExchange(brokerUrl, name)
      if ((await drainDue(writer, exchange, log)) > 0) away.end()
    } catch (error) {
      away.begin({ error: (error as Error).message })
    } finally {
      await exchange?.close()
    }
  }
}
