import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Log, trackOutage } from '../../log.ts'
import { countBody, isLongBody } from './deadlines.ts'
import type { HttpNumbers } from './metrics/process.ts'

/** A connection without a request makes room for another once it has waited for so long. */
const PATIENCE_MS = 1_000
/** How often to look, while there is no room, which answers and bodies still move. */
const LOOK_MS = 1_000
/** A request makes room once less than `SLOW_BYTES` a second have moved for so long. */
const SLOW_MS = 5_000
const SLOW_BYTES = 1024

/** A request in hand, and how far it had come when it was last looked at. */
interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  bytes: number
  lookedAt: number
  /** Since when too little has moved; null: it moves, or its client is not who is waited for. */
  slowSince: number | null
}

/** The connections of a server. */
export interface Connections {
  /** A request has come on one of them. */
  begin(request: IncomingMessage, response: ServerResponse): void
}

/**
 * Holds no more connections than there may be, and from one address no more than a quarter of that
 * unless it is a proxy. Where there is no room for another, the one goes whose client has kept the
 * archive waiting longest: first those without a request, then those that send a body or take an
 * answer too slowly. So many slow clients keep nobody else out.
 * @param numbers where they are counted
 */
export function limitConnections(
  server: Server,
  numbers: Pick<HttpNumbers, 'connections' | 'mostConnections' | 'refused'>,
  isProxy: (address: string) => boolean,
  log: Log,
): Connections {
  const { mostConnections: most } = numbers
  const share = Math.max(1, Math.floor(most / 4))
  const held = new Map<string, number>()
  const addresses = new Map<Socket, string>()
  /** Those without a request, and since when; who has waited longest comes first. */
  const waiting = new Map<Socket, number>()
  const exchanges = new Map<Socket, Exchange>()
  /** Those whose client was too slow when they were last looked at, the slowest last. */
  let slow: Socket[] = []
  let lookedAt = Number.NEGATIVE_INFINITY
  const full = trackOutage(
    log,
    'more connections than PLATESTACK_MAX_CONNECTIONS: the slowest are closed',
    'there is room for connections again',
    { name: 'connections' },
  )

  /** Whom to close for another; undefined: nobody has been slow for long enough. */
  function chooseSlowest(): Socket | undefined {
    const now = Date.now()
    const [first] = waiting
    if (first && now - first[1] >= PATIENCE_MS) return first[0]
    if (now - lookedAt >= LOOK_MS) {
      lookedAt = now
      slow = findSlow(exchanges, now)
    }
    for (let socket = slow.pop(); socket; socket = slow.pop()) if (exchanges.get(socket)?.slowSince) return socket
    return undefined
  }

  // counted here: with server.maxConnections worker processes that are full would hand a connection
  // round among them for as long as they are
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const isOverShare = (held.get(address) ?? 0) >= share && !isProxy(address)
    const isFull = numbers.connections >= most
    if (isFull || isOverShare) {
      numbers.refused++
      full.begin(isOverShare ? { most: share, address } : { most })
      const slowest = isOverShare ? undefined : chooseSlowest()
      if (!slowest) return void socket.destroy()
      forget(slowest)
      slowest.destroy()
    } else full.end()
    numbers.connections++
    held.set(address, (held.get(address) ?? 0) + 1)
    waiting.set(socket, Date.now())
    socket.once('close', () => forget(socket))
    addresses.set(socket, address)
  })

  /** Once: what is closed for another is not counted until its end is noticed. */
  function forget(socket: Socket): void {
    const address = addresses.get(socket)
    if (address === undefined) return
    addresses.delete(socket)
    waiting.delete(socket)
    exchanges.delete(socket)
    numbers.connections--
    const left = held.get(address)! - 1
    if (left > 0) held.set(address, left)
    else held.delete(address)
  }

  return {
    begin(request, response) {
      const { socket } = request
      waiting.delete(socket)
      const exchange = { request, response, bytes: sentOn(socket), lookedAt: Date.now(), slowSince: null }
      exchanges.set(socket, exchange)
      response.once('close', () => {
        if (exchanges.get(socket) !== exchange) return
        exchanges.delete(socket)
        if (addresses.has(socket)) waiting.set(socket, Date.now())
      })
    },
  }
}

/** Looks at all requests; gives the connections of those that have been slow for long enough, the slowest last. */
function findSlow(exchanges: ReadonlyMap<Socket, Exchange>, now: number): Socket[] {
  for (const [socket, exchange] of exchanges) look(socket, exchange, now)
  return [...exchanges]
    .filter(([, { slowSince }]) => slowSince !== null && now - slowSince >= SLOW_MS)
    .sort(([, a], [, b]) => b.slowSince! - a.slowSince!)
    .map(([socket]) => socket)
}

/**
 * Bytes that have gone. `bytesWritten` counts a piece as soon as it is handed over, however large:
 * what the system has not taken of it yet is known to the handle alone.
 */
function sentOn(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { _handle?: { writeQueueSize?: number } | null }
  return socket.bytesWritten - (handle?.writeQueueSize ?? 0)
}

/** Notes whether a request has moved since it was looked at last. */
function look(socket: Socket, exchange: Exchange, now: number): void {
  const { request, response } = exchange
  const isTaking = response.writableLength > 0 || socket.writableLength > 0
  const isSending = !request.complete && !request.isPaused() && !isLongBody(request)
  const bytes = sentOn(socket) + countBody(request)()
  const moved = bytes - exchange.bytes
  const enough = (SLOW_BYTES * (now - exchange.lookedAt)) / 1000
  if ((isTaking || isSending) && moved < enough) exchange.slowSince ??= exchange.lookedAt
  else exchange.slowSince = null
  exchange.bytes = bytes
  exchange.lookedAt = now
}
