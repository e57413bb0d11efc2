import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib'
import type { Exchange } from './events.ts'

const TIMEOUT_MS = 10_000
const HEARTBEAT_S = 30
const CLOSE_MS = 2_000

interface Open {
  connection: ChannelModel
  channel: ConfirmChannel
}

/**
 * A durable fanout exchange of RabbitMQ, as the reference declares it. Connects when there is something to publish, and anew after every
 * failure, of which no connection is left over. Messages are persistent JSON in UTF-8 with an empty routing key.
 */
export function rabbitExchange(brokerUrl: string, name: string): Exchange {
  /** What is in use, or being made. */
  let current: Promise<Open> | null = null

  function connected(): Promise<Open> {
    if (current) return current
    const forget = () => {
      if (current === mine) current = null
    }
    const mine = openExchange(brokerUrl, name, forget)
    current = mine
    mine.catch(forget)
    return mine
  }

  async function drop(): Promise<void> {
    const last = current
    current = null
    // what could not be opened has been closed
    await last?.then(({ connection }) => close(connection)).catch(() => {})
  }

  return {
    async publish(messages) {
      try {
        await within(TIMEOUT_MS, async () => {
          const { channel } = await connected()
          const options = { persistent: true, contentType: 'application/json', contentEncoding: 'utf-8' }
          for (const message of messages) channel.publish(name, '', Buffer.from(message, 'utf8'), options)
          await channel.waitForConfirms()
        })
      } catch (error) {
        void drop()
        throw error
      }
    },
    close: drop,
  }
}

/** A connection on which the exchange is declared; `lost` is called when it cannot be used any more. */
async function openExchange(brokerUrl: string, name: string, lost: () => void): Promise<Open> {
  const url = new URL(brokerUrl)
  url.searchParams.set('heartbeat', String(HEARTBEAT_S))
  const connection = await connect(url.href, { timeout: TIMEOUT_MS })
  // without listeners these would end the process
  connection.on('error', lost)
  connection.on('close', lost)
  try {
    return await within(TIMEOUT_MS, async () => {
      const channel = await connection.createConfirmChannel()
      // the broker closes the channel alone when the exchange is gone or another
      channel.on('error', () => {
        lost()
        void close(connection)
      })
      await channel.assertExchange(name, 'fanout', { durable: true })
      return { connection, channel }
    })
  } catch (error) {
    await close(connection)
    throw error
  }
}

/** Says goodbye to the broker; one that does not answer is left without. */
async function close(connection: ChannelModel): Promise<void> {
  await within(CLOSE_MS, () => connection.close()).catch(() => {})
  ;(connection.connection as unknown as { stream: { destroy(): void } }).stream.destroy()
}

/** Neither a broker that is out of memory (it confirms nothing) nor one behind a cut line may hold the sender for ever. */
async function within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the broker did not confirm within ${milliseconds / 1000} s`)),
      milliseconds,
    )
  })
  return Promise.race([work(), late]).finally(() => clearTimeout(timer))
}
