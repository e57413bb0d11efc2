import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
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

/** A server that may have so many connections, and answers with so many bytes in one piece. */
async function start(mostConnections: number, bytes: number, isProxy: (address: string) => boolean) {
  const numbers = { connections: 0, mostConnections, refused: 0 }
  const answer = Buffer.alloc(bytes)
  const server = createServer((request, response) => {
    connections.begin(request, response)
    response.end(answer)
  })
  const connections = limitConnections(server, numbers, isProxy, silent)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  vi.useFakeTimers({ toFake: ['Date'] })
  return { numbers, server, port: (server.address() as AddressInfo).port }
}

/** A server that may have one connection, and answers in one large piece; `reader` has it. */
async function startFull() {
  const { numbers, server, port } = await start(1, 12 * STEP, () => true)
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

describe('slow clients that come again and again', () => {
  const SLOW = 'GET / HTTP/1.1\r\nX-Slow: '
  const open: Socket[] = []
  let server: Server
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy()
    server.close()
    server.closeAllConnections()
  })

  /** Somebody comes from an address and sends something: whether it is answered, or kept for more. Then time goes by. */
  async function come(address: string, sent: string, thenMs = 300): Promise<boolean> {
    const { port } = server.address() as AddressInfo
    const socket = connect({ port, host: '127.0.0.1', localAddress: address }).on('error', () => {})
    open.push(socket)
    socket.write(sent)
    const [accepted] = (await once(server, 'connection')) as [Socket]
    // who is not kept is closed as soon as it comes
    const isKept =
      sent === SLOW
        ? !accepted.destroyed
        : await new Promise<boolean>((resolve) => {
            socket.once('data', () => resolve(true)).once('close', () => resolve(false))
          })
    vi.setSystemTime(Date.now() + thenMs)
    return isKept
  }

  test('keep nobody else out, for half a minute each', async () => {
    const started = await start(4, 2, (address) => address === '127.0.0.1')
    server = started.server
    const four = [1, 2, 3, 4].map((n) => `127.0.9.${n}`)
    const others = [5, 6, 7, 8].map((n) => `127.0.9.${n}`)
    for (const address of [...four, ...others]) expect(await come(address, SLOW)).toBe(true)
    // the others have their places now
    for (const address of four) expect(await come(address, SLOW)).toBe(false)
    expect(started.numbers).toMatchObject({ connections: 4, refused: 8 })
    expect(await come('127.0.0.2', REQUEST)).toBe(true)
    vi.setSystemTime(Date.now() + 30_000)
    for (const address of four) expect(await come(address, SLOW)).toBe(true)
  })

  test.each([
    ['a client that has asked something is none of them', '127.0.0.2', REQUEST],
    ['a proxy stands for many, and is never shut out', '127.0.0.1', SLOW],
  ])('%s', async (_, address, sent) => {
    server = (await start(1, 2, (a) => a === '127.0.0.1')).server
    expect(await come(address, sent, 1_500)).toBe(true)
    expect(await come('127.0.9.1', SLOW)).toBe(true)
    expect(await come(address, sent)).toBe(true)
  })
})

describe('who is one client', () => {
  /** Four come, from these addresses, to a server for eight: how many are kept. */
  async function keptOf(addresses: readonly (string | undefined)[]): Promise<number> {
    const { numbers, server, port } = await start(8, 2, () => false)
    let at = 0
    server.prependListener('connection', (socket: Socket) => {
      Object.defineProperty(socket, 'remoteAddress', { value: addresses[at++] })
    })
    const open: Socket[] = []
    try {
      for (const _ of addresses) {
        open.push(connect(port, '127.0.0.1').on('error', () => {}))
        await once(server, 'connection')
      }
      return numbers.connections
    } finally {
      for (const socket of open) socket.destroy()
      server.close()
      server.closeAllConnections()
    }
  }

  test.each([
    ['all addresses of an IPv6 /64', ['2001:db8::1', '2001:db8::2', '2001:db8::3:4', '2001:db8:0:0:ffff::'], 2],
    ['an IPv4 address, in either form', ['192.0.2.7', '::ffff:192.0.2.7', '192.0.2.7', '::ffff:192.0.2.7'], 2],
    ['addresses of several networks are not', ['2001:db8::1', '2001:db8:0:1::1', '192.0.2.7', '192.0.2.8'], 4],
    ['what comes by a Unix socket is not: it is a proxy', [undefined, undefined, undefined, undefined], 4],
  ])('%s', async (_, addresses, kept) => {
    expect(await keptOf(addresses)).toBe(kept)
  })
})
