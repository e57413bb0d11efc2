import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A relay before a server of the loopback that counts what clients send: none, and nothing was asked of the server. */
export interface Relay {
  port: number
  /** Bytes that clients have sent so far. */
  sent(): number
  close(): Promise<void>
}

export async function openRelay(target: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  let sent = 0
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    client.on('data', (chunk: Buffer) => {
      sent += chunk.length
    })
    client.pipe(upstream).pipe(client)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      const close = () => {
        client.destroy()
        upstream.destroy()
        sockets.delete(socket)
      }
      socket.on('error', close).on('close', close)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    sent: () => sent,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
