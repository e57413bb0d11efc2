import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { limitConnections } from '../../../src/runtimes/node/connections.ts'
import { silent } from '../../support/log.ts'

const MB = 1024 * 1024
const STEP = 8 * MB

afterEach(() => {
  vi.useRealTimers()
})

/** Reads so many more bytes or a few more; false: the connection was closed before. */
function readOn(socket: Socket, bytes: number): Promise<boolean> {
  let left = bytes
  return new Promise((resolve) => {
    const end = (isOpen: boolean) => {
      socket.off('data', take).off('close', closed).pause()
      resolve(isOpen)
    }
    const closed = () => end(false)
    const take = (chunk: Buffer) => {
      left -= chunk.length
      if (left <= 0) end(true)
    }
    if (socket.destroyed) return resolve(false)
    socket.on('data', take).once('close', closed).resume()
  })
}

test('an answer in one large piece that is read all the time is none that makes room for others', async () => {
  const numbers = { connections: 0, mostConnections: 1, refused: 0 }
  const answer = Buffer.alloc(12 * STEP)
  const server = createServer((request, response) => {
    connections.begin(request, response)
    response.end(answer)
  })
  const connections = limitConnections(server, numbers, () => true, silent)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  vi.useFakeTimers({ toFake: ['Date'] })
  const reader = connect(port, '127.0.0.1')
  reader.on('error', () => {})
  const gone = once(reader, 'close')
  const knock = async (): Promise<void> => {
    const other = connect(port, '127.0.0.1').on('error', () => {})
    await Promise.race([once(other.resume(), 'close'), gone])
    other.destroy()
    vi.setSystemTime(Date.now() + 1_500)
  }
  try {
    reader.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    for (let i = 0; i < 10; i++) {
      expect(await readOn(reader, STEP)).toBe(true)
      await knock()
    }
    expect(numbers).toMatchObject({ connections: 1, refused: 10 })
  } finally {
    reader.destroy()
    server.close()
    server.closeAllConnections()
  }
})
