import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Log } from '../../log.ts'
import { outage } from '../../log.ts'

/** How long clients may take, in milliseconds. */
export interface Deadlines {
  /** For all headers of a request. */
  headers: number
  /** For the whole body; where it is streamed, for a pause in it. */
  body: number
  /** Without taking anything of an answer that waits to be taken. */
  stall: number
}

export const DEADLINES: Deadlines = { headers: 60_000, body: 300_000, stall: 60_000 }
/** Bodies of a few kilobytes, which anybody may send: nobody holds a connection by one for long. Milliseconds. */
const SMALL_BODY_MS = 30_000
const SMALL_BODY = /^\/(api-token-auth|api-auth|revoke_token|frames\/zip)\b/
/** Bodies that are streamed for as long as it takes: there it is the pause that is limited. Node's own limit knows no such exception. */
const LONG_BODY = /^\/frames\/bulk\/?(\?|$)/

/** Calls `late` when a body does not arrive within `ms`; a long one, when nothing of it came for so long though it was waited for. */
export function limitArrival(request: IncomingMessage, ms: number, late: () => void): void {
  const { headers, socket } = request
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return
  const isLong = LONG_BODY.test(request.url ?? '')
  const within = SMALL_BODY.test(request.url ?? '') ? Math.min(ms, SMALL_BODY_MS) : ms
  // null: the archive itself has not taken yet what has come. Not a timeout of the socket: that would end a connection whose archive is slow
  const seen = () => (request.isPaused() || request.readableLength > 0 ? null : socket.bytesRead)
  let before = seen()
  const timer = setInterval(() => {
    const now = seen()
    const hasPaused = now !== null && now === before
    before = now
    if (request.complete || (isLong && !hasPaused)) return
    // what came while this process was busy elsewhere is read before this is
    setImmediate(() => {
      if (!request.complete && (!isLong || seen() === now)) late()
    })
  }, within)
  request.once('close', () => clearInterval(timer))
}

/**
 * Ends connections of which nothing is taken for `ms` while there is something to take: each holds a file or a connection to the store.
 * Node's timer of a socket starts anew whenever the kernel takes a part of what was written, so a slow client goes on.
 */
export function limitStalls(server: Server, ms: number, answers: WeakMap<Duplex, ServerResponse>): void {
  server.setTimeout(ms, (socket) => {
    // between two requests it is Node's limit for idle connections that has passed; an answer that the archive has not made yet is waited for
    const isIdle = answers.get(socket)?.writableFinished
    if (isIdle || socket.writableLength > 0) socket.destroy()
  })
}

/** Closes connections beyond `most`, and of one address that is no proxy's beyond a quarter of it; says so once. */
export function limitConnections(server: Server, most: number, isProxy: (address: string) => boolean, log: Log): void {
  const share = Math.max(1, Math.floor(most / 4))
  const held = new Map<string, number>()
  const full = outage(
    log,
    'more connections than PLATESTACK_MAX_CONNECTIONS: those beyond are closed',
    'there is room for connections again',
  )
  server.maxConnections = most
  server.on('drop', () => full.begin({ most }))
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (held.get(address) ?? 0) + 1
    if (count > share && !isProxy(address)) {
      full.begin({ most: share, address })
      socket.destroy()
      return
    }
    full.end()
    held.set(address, count)
    socket.once('close', () => {
      const left = held.get(address)! - 1
      if (left > 0) held.set(address, left)
      else held.delete(address)
    })
  })
}
