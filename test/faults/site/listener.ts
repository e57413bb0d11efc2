import { setTimeout as pause } from 'node:timers/promises'
import { connect } from 'amqplib'

const QUEUE = 'faults'

/** A pipeline that is told of new frames; it comes back when the broker does. */
export interface Listener {
  /** How often each frame was announced, by its id. */
  heard: Map<number, number>
  stop(): Promise<void>
}

/** Listens on a queue of its own, which outlives the broker. */
export async function listenForFrames(brokerUrl: string, exchange: string): Promise<Listener> {
  const heard = new Map<number, number>()
  let isStopping = false
  let close: () => Promise<unknown> = async () => {}
  let ready: () => void = () => {}
  const isReady = new Promise<void>((resolve) => {
    ready = resolve
  })

  async function listen(): Promise<void> {
    const connection = await connect(brokerUrl, { timeout: 5000 })
    const gone = new Promise<void>((resolve) => connection.on('error', () => resolve()).on('close', () => resolve()))
    close = () => connection.close().catch(() => {})
    const channel = await connection.createChannel()
    await channel.assertExchange(exchange, 'fanout', { durable: true })
    await channel.assertQueue(QUEUE, { durable: true })
    await channel.bindQueue(QUEUE, exchange, '')
    await channel.consume(QUEUE, (message) => {
      if (!message) return
      const { frameid } = JSON.parse(message.content.toString()) as { frameid: number }
      heard.set(frameid, (heard.get(frameid) ?? 0) + 1)
      channel.ack(message)
    })
    ready()
    await gone
  }
  const running = (async () => {
    while (!isStopping) {
      await listen().catch(() => {})
      if (!isStopping) await pause(200)
    }
  })()
  await isReady
  return {
    heard,
    async stop() {
      isStopping = true
      await close()
      await running
    },
  }
}
