import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { networkOfAddress } from '../../auth/network.ts'
import { type Log, trackOutage } from '../../log.ts'
import { countBody, isLongBody } from './deadlines.ts'
import type { HttpNumbers } from './metrics/process.ts'

/** A connection on which nothing was asked yet makes room for another once it is so old: requests come with the connection. */
const FIRST_MS = 250
/** One whose last request was answered makes room once it has been idle for so long. */
const IDLE_MS = 1_000
/** How often to look, while there is no room, which answers and bodies still move. */
const LOOK_MS = 1_000
/** A request makes room once less than `SLOW_BYTES` a second have moved for so long. */
const SLOW_MS = 5_000
const SLOW_BYTES = 1024
/** For so long a network gets no place that another has, once its connection was closed before it had asked anything. */
const SHUT_OUT_MS = 30_000
/** The most networks that are remembered for it. */
const MOST_SHUT_OUT = 100_000

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
 * Holds no more connections than there may be, and from one network (an IPv4 address, or all of an
 * IPv6 /64) no more than a quarter of that, unless it is a proxy, as is whoever comes by a Unix
 * socket. Where there is no room for another, the one goes whose client has kept the archive waiting
 * longest: first those without a request, then those that send a body or take an answer too slowly.
 * Who has lost a place without having asked anything gets none of another's for a while: many slow
 * clients who come again and again keep nobody else out.
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
  /** Whose they are; null: a proxy's. */
  const networks = new Map<Socket, string | null>()
  /** Those that have not asked anything yet, and since when they are there; the oldest first. */
  const silent = new Map<Socket, number>()
  /** Those whose requests are answered, and since when; the longest idle first. */
  const idle = new Map<Socket, number>()
  const exchanges = new Map<Socket, Exchange>()
  /** Those whose client was too slow when they were last looked at, the slowest last. */
  let slow: Socket[] = []
  let lookedAt = Number.NEGATIVE_INFINITY
  /** Until when networks are shut out; the oldest first. */
  const shutOut = new Map<string, number>()
  const full = trackOutage(
    log,
    'more connections than PLATESTACK_MAX_CONNECTIONS: the slowest are closed',
    'there is room for connections again',
    { name: 'connections' },
  )

  /** Whom to close for another; undefined: nobody has been slow for long enough. */
  function chooseSlowest(): Socket | undefined {
    const now = Date.now()
    const waiting = oldestOf(silent, now - FIRST_MS) ?? oldestOf(idle, now - IDLE_MS)
    if (waiting) return waiting
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
    const { remoteAddress } = socket
    const network = remoteAddress === undefined || isProxy(remoteAddress) ? null : networkOfAddress(remoteAddress)
    const isOverShare = network !== null && (held.get(network) ?? 0) >= share
    const isFull = numbers.connections >= most
    if (isFull || isOverShare) {
      numbers.refused++
      full.begin(isOverShare ? { most: share, address: network } : { most })
      const slowest = isOverShare || isShutOut(network) ? undefined : chooseSlowest()
      if (!slowest) return void socket.destroy()
      if (silent.has(slowest)) shut(networks.get(slowest)!)
      forget(slowest)
      slowest.destroy()
    } else full.end()
    numbers.connections++
    if (network !== null) held.set(network, (held.get(network) ?? 0) + 1)
    silent.set(socket, Date.now())
    socket.once('close', () => forget(socket))
    networks.set(socket, network)
  })

  function isShutOut(network: string | null): boolean {
    return network !== null && (shutOut.get(network) ?? 0) > Date.now()
  }

  function shut(network: string | null): void {
    if (network === null) return
    shutOut.delete(network)
    shutOut.set(network, Date.now() + SHUT_OUT_MS)
    for (const [oldest, until] of shutOut) {
      if (until > Date.now() && shutOut.size <= MOST_SHUT_OUT) break
      shutOut.delete(oldest)
    }
  }

  /** Once: what is closed for another is not counted until its end is noticed. */
  function forget(socket: Socket): void {
    const network = networks.get(socket)
    if (network === undefined) return
    networks.delete(socket)
    silent.delete(socket)
    idle.delete(socket)
    exchanges.delete(socket)
    numbers.connections--
    if (network === null) return
    const left = held.get(network)! - 1
    if (left > 0) held.set(network, left)
    else held.delete(network)
  }

  return {
    begin(request, response) {
      const { socket } = request
      silent.delete(socket)
      idle.delete(socket)
      const exchange = { request, response, bytes: sentOn(socket), lookedAt: Date.now(), slowSince: null }
      exchanges.set(socket, exchange)
      response.once('close', () => {
        if (exchanges.get(socket) !== exchange) return
        exchanges.delete(socket)
        if (networks.has(socket)) idle.set(socket, Date.now())
      })
    },
  }
}

/** The first of them, if it is from before then. */
function oldestOf(sockets: ReadonlyMap<Socket, number>, before: number): Socket | undefined {
  const [first] = sockets
  return first && first[1] <= before ? first[0] : undefined
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
  // what has arrived and was not taken waits for the archive
  const isSending = !request.complete && !request.isPaused() && request.readableLength === 0 && !isLongBody(request)
  const bytes = sentOn(socket) + countBody(request)()
  const moved = bytes - exchange.bytes
  const enough = (SLOW_BYTES * (now - exchange.lookedAt)) / 1000
  if ((isTaking || isSending) && moved < enough) exchange.slowSince ??= exchange.lookedAt
  else exchange.slowSince = null
  exchange.bytes = bytes
  exchange.lookedAt = now
}
