import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib'
import type { Delivery, Exchange, Message, Receipt } from './events.ts'

const TIMEOUT_MS = 10_000
const HEARTBEAT_S = 30
const CLOSE_MS = 2_000
/** The code with which RabbitMQ closes a channel on which it was given a message that is too large. */
const PRECONDITION_FAILED = 406

/** A connection on which the exchange is declared. */
interface Open {
  connection: ChannelModel
  channel: ConfirmChannel
  /** Why it is unusable, now or for good; null: it is not. */
  fault: Error | null
  /** Told of each fault. */
  watch: ((fault: Error) => void) | null
}

/** The broker takes nothing until it has memory or disk space again; the connection stays. */
class Blocked extends Error {}

/**
 * A durable fanout exchange of RabbitMQ, declared as the reference declares it. Connects when there
 * is something to publish, and again after each failure. Messages are persistent UTF-8 JSON with an
 * empty routing key.
 * @param brokerUrl or several, separated by `;`: those after one that cannot be reached are tried in turn
 */
export function createRabbitExchange(brokerUrl: string, name: string): Exchange {
  const urls = brokerUrl.split(';')
  /** The connection in use, or being opened. */
  let current: Promise<Open> | null = null

  function getConnection(): Promise<Open> {
    if (current) return current
    const forget = () => {
      if (current === mine) current = null
    }
    const mine = openFirst(urls, name, forget)
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
    async connect() {
      const { fault } = await getConnection()
      if (fault) throw fault
    },
    async publish(messages) {
      const receipts = messages.map((): Receipt => 'unknown')
      try {
        await withTimeout(TIMEOUT_MS * urls.length, async () =>
          publishOn(await getConnection(), name, messages, receipts),
        )
        const error = receipts.includes('refused')
          ? 'the broker did not take it (nack): a queue of its may be full'
          : null
        return { receipts, error, isUnfit: false }
      } catch (error) {
        // what is blocked goes on by itself, and has what it was given
        if (!(error instanceof Blocked)) void drop()
        return describeFailure(receipts, error as Error & { code?: unknown })
      }
    },
    close: drop,
  }
}

const describeFailure = (receipts: Receipt[], error: Error & { code?: unknown }): Delivery => ({
  receipts,
  error: error.message,
  isUnfit: receipts.length === 1 && error.code === PRECONDITION_FAILED,
})

/** Publishes messages and notes what the broker says of each; throws once it will say no more. */
async function publishOn(open: Open, name: string, messages: readonly Message[], receipts: Receipt[]): Promise<void> {
  if (open.fault) throw open.fault
  const stopped = new Promise<never>((_, reject) => {
    open.watch = reject
  })
  const said = messages.map(
    ({ id, text, created }, i) =>
      new Promise<void>((resolve, reject) => {
        const options = {
          persistent: true,
          contentType: 'application/json',
          contentEncoding: 'utf-8',
          messageId: id,
          timestamp: Math.floor(created),
          appId: 'platestack',
        }
        open.channel.publish(name, '', Buffer.from(text, 'utf8'), options, (error: Error | null) => {
          if (error && error.message !== 'message nacked') return reject(open.fault ?? error)
          receipts[i] = error ? 'refused' : 'taken'
          resolve()
        })
      }),
  )
  try {
    await Promise.race([Promise.all(said), stopped])
  } finally {
    open.watch = null
    Promise.allSettled(said)
  }
}

/** The first of the brokers that can be reached. */
async function openFirst(urls: readonly string[], name: string, lost: () => void): Promise<Open> {
  for (const [i, url] of urls.entries()) {
    try {
      return await openExchange(url, name, lost)
    } catch (error) {
      if (i === urls.length - 1) throw error
    }
  }
  throw new Error('no broker is configured')
}

/** A connection on which the exchange is declared; `lost` is called once it is unusable for good. */
async function openExchange(brokerUrl: string, name: string, lost: () => void): Promise<Open> {
  const url = new URL(brokerUrl)
  url.searchParams.set('heartbeat', String(HEARTBEAT_S))
  const connection = await connect(url.href, { timeout: TIMEOUT_MS })
  const open: Partial<Open> & Pick<Open, 'fault' | 'watch'> = { connection, fault: null, watch: null }
  const fail = (error: Error) => {
    open.fault = error
    open.watch?.(error)
  }
  const end = (error: Error) => {
    // what came first says why
    fail(open.fault && !(open.fault instanceof Blocked) ? open.fault : error)
    lost()
  }
  // without a listener these events would end the process
  connection.on('error', end)
  connection.on('close', (error?: Error) => end(error ?? new Error('the connection to the broker was closed')))
  connection.on('blocked', (reason: string) =>
    fail(new Blocked(`the broker is in alarm and takes no messages: ${reason}`)),
  )
  connection.on('unblocked', () => {
    if (open.fault instanceof Blocked) open.fault = null
  })
  try {
    return await withTimeout(TIMEOUT_MS, async () => {
      const channel = await connection.createConfirmChannel()
      // the broker closes only the channel if it does not take a message, or the exchange is gone or differs
      channel.on('error', (error: Error) => {
        end(error)
        void close(connection)
      })
      await channel.assertExchange(name, 'fanout', { durable: true })
      return Object.assign(open, { channel }) as Open
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

/** Keeps a broker that hangs from blocking for ever. */
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
