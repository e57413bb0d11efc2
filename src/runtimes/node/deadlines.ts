import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** How long clients may take, in milliseconds. */
export interface Deadlines {
  /** For all headers of a request. */
  headers: number
  /** For the whole body; for a streamed one, for each pause in it. */
  body: number
  /** Without accepting anything of an answer that is ready. */
  stall: number
}

export const DEADLINES: Deadlines = { headers: 60_000, body: 300_000, stall: 60_000 }
/** For bodies of a few kilobytes that anybody may send, in milliseconds. */
const SMALL_BODY_MS = 30_000
const SMALL_BODY = /^\/(api-token-auth|api-auth|revoke_token|frames\/zip)\b/
/**
 * Bodies streamed for as long as it takes, where only pauses are limited. Node's own limit has no
 * such exception.
 */
const LONG_BODY = /^\/frames\/bulk\/?(\?|$)/

/** Whether a request brings a body that may take as long as it likes. */
export const isLongBody = ({ url }: IncomingMessage): boolean => LONG_BODY.test(url ?? '')

/**
 * Calls `late` when a body has not arrived within `ms`, or a long one has paused for as long
 * although the archive was ready for more.
 */
export function limitArrival(request: IncomingMessage, ms: number, late: () => void): void {
  const { headers } = request
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return
  const isLong = isLongBody(request)
  const within = SMALL_BODY.test(request.url ?? '') ? Math.min(ms, SMALL_BODY_MS) : ms
  const bytes = countBody(request)
  // null: the archive has not yet read what has arrived. A socket time-out would not tell the
  // difference, and end connections when the archive is slow
  const countArrived = () => (request.isPaused() || request.readableLength > 0 ? null : bytes())
  let before = countArrived()
  const timer = setInterval(() => {
    const now = countArrived()
    const hasPaused = now !== null && now === before
    before = now
    if (request.complete || (isLong && !hasPaused)) return
    // first let what arrived while this process was busy be read
    setImmediate(() => {
      if (!request.complete && (!isLong || countArrived() === now)) late()
    })
  }, within)
  request.once('close', () => clearInterval(timer))
}

const counters = new WeakMap<IncomingMessage, () => number>()

/**
 * Counts the bytes of a body as they arrive, from the first time that it is asked for. Its socket's
 * bytesRead is always 0 on Bun (oven-sh/bun#28709).
 * @returns gives the count so far
 */
export function countBody(request: IncomingMessage): () => number {
  const counter = counters.get(request)
  if (counter) return counter
  let bytes = 0
  const count = () => bytes
  counters.set(request, count)
  const push = request.push.bind(request)
  request.push = (chunk, encoding) => {
    bytes += chunk?.length ?? 0
    return push(chunk, encoding)
  }
  return count
}

/**
 * Closes connections whose client accepts nothing for `ms` although there is something to send:
 * each holds a file, or a connection to the store. Node restarts a socket's timer with every
 * partial write, so slow clients are safe.
 */
export function limitStalls(server: Server, ms: number, answers: WeakMap<Duplex, ServerResponse>): void {
  server.setTimeout(ms, (socket) => {
    // between requests Node's own limit for idle connections applies; an answer still being made
    // may take its time
    const answer = answers.get(socket)
    // Bun keeps what waits to be sent with the answer, not with the socket
    if (answer?.writableFinished || answer?.writableLength || socket.writableLength) socket.destroy()
  })
}
