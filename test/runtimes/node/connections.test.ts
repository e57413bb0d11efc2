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

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

/** A server that may have one connection, and answers in one large piece; `reader` has it. */
async function startFull() {
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
  return {
    numbers,
    reader,
    /** Another comes: whether there was room for it. A second and a half goes by. */
    async knock(): Promise<boolean> {
      const other = connect(port, '127.0.0.1').on('error', () => {})
      other.write(REQUEST)
      const isServed = await new Promise<boolean>((resolve) => {
        other.once('data', () => resolve(true)).once('close', () => resolve(false))
      })
      other.destroy()
      vi.setSystemTime(Date.now() + 1_500)
      return isServed
    },
    stop() {
      reader.destroy()
      server.close()
      server.closeAllConnections()
    },
  }
}

test('an answer in one large piece that is read all the time is none that makes room for others', async () => {
  const { numbers, reader, knock, stop } = await startFull()
  try {
    reader.write(REQUEST)
    for (let i = 0; i < 10; i++) {
      expect(await readOn(reader, STEP)).toBe(true)
      expect(await knock()).toBe(false)
    }
    expect(numbers).toMatchObject({ connections: 1, refused: 10 })
  } finally {
    stop()
  }
})

test.each([
  ['an answer that nobody takes', REQUEST],
  ['headers that do not end', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '],
])('%s makes room for others in the end', async (_, sent) => {
  const { reader, knock, stop } = await startFull()
  try {
    reader.write(sent)
    if (sent === REQUEST) expect(await readOn(reader, 1)).toBe(true)
    else expect(await knock()).toBe(false)
    let knocks = 1
    while (!(await knock())) expect(knocks++).toBeLessThan(10)
  } finally {
    stop()
  }
})
