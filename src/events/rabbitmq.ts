import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib'
import type { Exchange } from './events.ts'

const TIMEOUT_MS = 10_000
const HEARTBEAT_S = 30

interface Open {
  connection: ChannelModel
  channel: ConfirmChannel
}

/**
 * A durable fanout exchange of RabbitMQ, as the reference declares it. Connects when there is something to publish, and anew after every
 * failure. Messages are persistent JSON in UTF-8 with an empty routing key.
 */
export function rabbitExchange(brokerUrl: string, name: string): Exchange {
  let open: Open | null = null

  async function connected(): Promise<Open> {
    if (open) return open
    const url = new URL(brokerUrl)
    url.searchParams.set('heartbeat', String(HEARTBEAT_S))
    const connection = await connect(url.href, { timeout: TIMEOUT_MS })
    const forget = () => {
      if (open?.connection === connection) open = null
    }
    // without listeners these would end the process
    connection.on('error', forget)
    connection.on('close', forget)
    const channel = await connection.createConfirmChannel()
    channel.on('error', forget)
    await channel.assertExchange(name, 'fanout', { durable: true })
    open = { connection, channel }
    return open
  }

  async function drop(): Promise<void> {
    const connection = open?.connection
    open = null
    await connection?.close().catch(() => {})
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
