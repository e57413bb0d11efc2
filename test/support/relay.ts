import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from './free_port.ts'

export interface Relay {
  port: number
  /** Chances, from 0 to 1, that what the server sends is delayed or the connection is cut in its middle. */
  trouble: { delay: number; cut: number }
  close(): Promise<void>
}

/** A relay before a TCP server of the loopback, which delivers in pieces, late or not at all. */
export async function startRelay(server: string): Promise<Relay> {
  const target = new URL(server)
  const sockets = new Set<Socket>()
  const trouble = { delay: 0, cut: 0 }
  const relay = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    const ends = [client, upstream]
    for (const socket of ends) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        for (const end of ends) end.destroy()
      })
    }
    client.on('data', (bytes) => upstream.write(bytes))
    upstream.on('data', async (bytes) => {
      upstream.pause()
      const half = Math.floor(Math.random() * bytes.length)
      client.write(bytes.subarray(0, half))
      if (Math.random() < trouble.cut) return client.destroy()
      if (Math.random() < trouble.delay) await pause(3)
      client.write(bytes.subarray(half))
      upstream.resume()
    })
  })
  const port = await freePort()
  await new Promise<void>((resolve) => relay.listen(port, '127.0.0.1', resolve))
  return {
    port,
    trouble,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => relay.close(resolve))
    },
  }
}
