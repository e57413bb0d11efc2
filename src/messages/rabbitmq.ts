import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib'
import type { Exchange } from './events.ts'

const TIMEOUT_MS = 10_000
const HEARTBEAT_S = 30
const CLOSE_MS = 2_000

interface OpenChannel {
  connection: ChannelModel
  channel: ConfirmChannel
}

/**
 * A durable fanout exchange of RabbitMQ, declared as the reference declares it. Connects when there
 * is something to publish, and again after each failure. Messages are persistent UTF-8 JSON with an
 * empty routing key.
 */
export function createRabbitExchange(brokerUrl: string, name: string): Exchange {
  /** The connection in use, or being opened. */
  let current: Promise<OpenChannel> | null = null

  function getConnection(): Promise<OpenChannel> {
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
    // one that failed to open has closed itself
    await last?.then(({ connection }) => close(connection)).catch(() => {})
  }

  return {
    async publish(messages) {
      try {
        await withTimeout(TIMEOUT_MS, async () => {
          const { channel } = await getConnection()
          const options = { persistent: true, contentType: 'application/json', contentEncoding: 'utf-8' }
          for (const message of messages) channel.publish(name, '', Buffer.from(message, 'utf8'), options)
          await channel.waitForConfirms()
        })
      } catch (error) {
        void drop()
        throw error
      }
    },
    async probe() {
      await withTimeout(TIMEOUT_MS, getConnection)
    },
    close: drop,
  }
}

/** A connection on which the exchange is declared; `lost` is called once it is unusable. */
async function openExchange(brokerUrl: string, name: string, lost: () => void): Promise<OpenChannel> {
  const url = new URL(brokerUrl)
  url.searchParams.set('heartbeat', String(HEARTBEAT_S))
  const connection = await connect(url.href, { timeout: TIMEOUT_MS })
  // without a listener these events would end the process
  connection.on('error', lost)
  connection.on('close', lost)
  try {
    return await withTimeout(TIMEOUT_MS, async () => {
      const channel = await connection.createConfirmChannel()
      // the broker closes only the channel if the exchange is gone or differs
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

/** Closes properly, but does not wait for a broker that hangs. */
async function close(connection: ChannelModel): Promise<void> {
  await withTimeout(CLOSE_MS, () => connection.close()).catch(() => {})
  ;(connection.connection as unknown as { stream: { destroy(): void } }).stream.destroy()
}

/**
 * Keeps a broker that is out of memory (it confirms nothing) or unreachable from blocking for ever.
 */
async function withTimeout<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the broker did not confirm within ${milliseconds / 1000} s`)),
      milliseconds,
    )
  })
  return Promise.race([work(), late]).finally(() => clearTimeout(timer))
}

/** How an exchange is found: `other`: it is of another kind, and nothing can be announced there. */
export type FoundExchange = { kind: 'right' } | { kind: 'missing' } | { kind: 'other'; reason: string }

/**
 * Looks at an exchange without making it.
 * @throws the broker's or the network's error where it cannot be reached or refuses the user
 */
export async function inspectExchange(brokerUrl: string, name: string): Promise<FoundExchange> {
  const connection = await withTimeout(TIMEOUT_MS, () => connect(brokerUrl, { timeout: TIMEOUT_MS }))
  connection.on('error', () => {})
  /** Each refusal of the broker closes its channel. */
  const ask = async (what: 'is there' | 'is right'): Promise<string | null> => {
    const channel = await connection.createChannel()
    channel.on('error', () => {})
    try {
      await (what === 'is there'
        ? channel.checkExchange(name)
        : channel.assertExchange(name, 'fanout', { durable: true }))
      return null
    } catch (error) {
      const { code, message } = error as { code?: number; message: string }
      if (code !== 404 && code !== 406) throw error
      return message
    }
  }
  try {
    return await withTimeout(TIMEOUT_MS, async () => {
      if ((await ask('is there')) !== null) return { kind: 'missing' }
      // what is there already is not made: the broker compares it
      const reason = await ask('is right')
      return reason === null ? { kind: 'right' } : { kind: 'other', reason }
    })
  } finally {
    await close(connection)
  }
}
