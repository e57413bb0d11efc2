import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export interface Fault {
  /** Bytes that go through to clients first, on all connections together. */
  after: number
  /** `cut`: the connection is closed. `hang`: nothing comes any more. */
  kind: 'cut' | 'hang'
}

/** A relay before a server of the loopback, which goes wrong when it is told to. */
export interface Relay {
  port: number
  /** Connections that are open now. */
  open(): number
  /** Those of them on which an answer has stopped: by a fault, or because nobody reads it. */
  stopped(): number
  /** Bytes that clients have sent so far. */
  sent(): number
  /** Bytes that the server has sent so far. */
  received(): number
  /** Faults of the connections from now on, one after the other; when all have happened, there are none. */
  fail(...faults: Fault[]): void
  /** Bytes a second to clients on each connection; null: as fast as it goes. */
  slow(bytesPerSecond: number | null): void
  /** What the server sends comes in pieces; chances, from 0 to 1, that it is delayed or the connection cut in its middle. */
  trouble: { delay: number; cut: number } | null
  close(): Promise<void>
}

/**
 * Relays TCP connections to a server on `target`. `port` is a free one unless given; `watch` makes what reads the bytes of
 * a client's connection on their way.
 */
export async function startRelay(
  target: number,
  { port = 0, watch = () => () => {} }: { port?: number; watch?: () => (chunk: Buffer) => void } = {},
): Promise<Relay> {
  let faults: Fault[] = []
  let rate: number | null = null
  let sent = 0
  let received = 0
  const sockets = new Map<Socket, Socket>()

  /** What goes through of a piece, and the fault that comes then. */
  function pass(chunk: Buffer): [Buffer, Fault['kind'] | null] {
    const [fault] = faults
    if (!fault || fault.after >= chunk.length) {
      if (fault) fault.after -= chunk.length
      return [chunk, null]
    }
    faults.shift()
    return [chunk.subarray(0, fault.after), fault.kind]
  }

  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    const see = watch()
    sockets.set(client, upstream)
    const close = () => {
      sockets.delete(client)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.setNoDelay(true).on('error', close).on('close', close)
    client.on('data', (chunk: Buffer) => {
      sent += chunk.length
      see(chunk)
    })
    client.pipe(upstream)
    upstream.on('data', async (chunk: Buffer) => {
      received += chunk.length
      const { trouble } = relay
      if (trouble) {
        upstream.pause()
        const half = Math.floor(Math.random() * chunk.length)
        client.write(chunk.subarray(0, half))
        if (Math.random() < trouble.cut) return close()
        if (Math.random() < trouble.delay) await pause(3)
        client.write(chunk.subarray(half))
        upstream.resume()
        return
      }
      const [passed, fault] = pass(chunk)
      const flows = client.write(passed, () => fault === 'cut' && close())
      if (fault) upstream.pause()
      else if (rate !== null) {
        upstream.pause()
        setTimeout(() => upstream.resume(), (chunk.length / rate) * 1000)
      } else if (!flows) {
        upstream.pause()
        client.once('drain', () => upstream.resume())
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const relay: Relay = {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    stopped: () => [...sockets.values()].filter((upstream) => upstream.isPaused()).length,
    sent: () => sent,
    received: () => received,
    fail(...more) {
      faults = more
    },
    slow(bytesPerSecond) {
      rate = bytesPerSecond
    },
    trouble: null,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets.keys()) socket.destroy()
      await closed
    },
  }
  return relay
}
