import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener, RequestError } from '@hono/node-server'
import { createApp } from '../../app.ts'
import { type Config, matchesTrustedProxy } from '../../config/config.ts'
import type { Services } from '../../services.ts'
import { DEADLINES, type Deadlines, limitArrival, limitConnections, limitStalls } from './deadlines.ts'
import { logRequest } from './process_log.ts'
import { refuse, refusedRequest, refuseExpectation } from './refuse.ts'

/** A proxy that has not named itself. */
const PROXY = '1.1 proxy'
const FORWARDED = /^x-(forwarded-(for|host|proto)|zip-module)$/i

/**
 * Takes X-Forwarded-* and X-Zip-Module off a request that does not come from a trusted proxy, and leaves in X-Forwarded-For the one address that is to be
 * believed: the last that no trusted proxy has. That there is a proxy, trusted or not, is left to be seen in Via.
 */
export function guardForwarded(request: IncomingMessage, config: Pick<Config, 'trustedProxies'>): void {
  const peer = request.socket.remoteAddress ?? ''
  const trusted = matchesTrustedProxy(config.trustedProxies, peer)
  const named = trusted
    ? String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .map((a) => a.trim())
        .filter(Boolean)
    : []
  const client = named.reverse().find((a) => !matchesTrustedProxy(config.trustedProxies, a)) ?? peer
  // both forms of the headers: Node has made the one of the other before this, and the adapter reads either
  const { rawHeaders, headers } = request
  // nginx speaks HTTP/1.0 unless it is told otherwise, and clients have not done so for long
  let proxied = request.httpVersion === '1.0'
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2) {
    const name = rawHeaders[i]!
    if (!FORWARDED.test(name)) continue
    proxied = true
    if (trusted && !/for$/i.test(name)) continue
    rawHeaders.splice(i, 2)
    delete headers[name.toLowerCase()]
  }
  rawHeaders.push('x-forwarded-for', client)
  headers['x-forwarded-for'] = client
  if (!proxied || headers.via !== undefined) return
  rawHeaders.push('via', PROXY)
  headers.via = PROXY
}

/** How long idle connections may still bring a request after a signal to stop; its answer ends them. */
const DRAIN_MS = 1_000
/** How long requests in flight may go on after a signal to stop. */
const GRACE_MS = 10_000

export interface Listening {
  port: number
  /** Takes no more requests, lets those in flight end, then closes the services. */
  stop(): Promise<void>
}

/** Serves the archive over HTTP. */
export async function listen(services: Services, deadlines: Deadlines = DEADLINES): Promise<Listening> {
  const { config, log } = services
  const app = createApp()
  const answer = getRequestListener((request) => app.fetch(request, services), {
    errorHandler: (error) => {
      if (!(error instanceof RequestError))
        log.error('a request failed', { error: (error as Error).stack ?? String(error) })
      return error instanceof RequestError
        ? refusedRequest(400, `${error.message}.`)
        : refusedRequest(500, 'The archive failed. The fault is in its log.')
    },
  })
  const responses = new WeakMap<Duplex, ServerResponse>()
  const limits = {
    headersTimeout: deadlines.headers,
    requestTimeout: 0,
    // the app refuses a request without it, in its own words
    requireHostHeader: false,
    connectionsCheckingInterval: deadlines.headers / 2,
  }
  const server: Server = createServer(limits, (request, response) => {
    guardForwarded(request, config)
    responses.set(request.socket, response)
    // who keeps connections open, as nginx does, must not send its next request on one that is about to go
    if (!server.listening) response.shouldKeepAlive = false
    if (config.debug) logRequest(log, request, response)
    limitArrival(request, deadlines.body, () => refuse(request.socket, 'ERR_HTTP_REQUEST_TIMEOUT', response))
    return answer(request, response)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(socket, error.code, responses.get(socket)))
  limitConnections(
    server,
    config.http.maxConnections,
    (address) => matchesTrustedProxy(config.trustedProxies, address),
    log,
  )
  limitStalls(server, deadlines.stall, responses)
  server.on('connect', (_, socket) => refuse(socket, 'CONNECT'))
  server.on('checkExpectation', refuseExpectation)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.http.port, config.http.host, resolve)
  })
  const stop = async () => {
    // not the close() of the HTTP server, which cuts idle connections on which a request may be under way
    const ended = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()))
    const idle = setTimeout(() => server.closeIdleConnections(), DRAIN_MS)
    const late = setTimeout(() => server.closeAllConnections(), GRACE_MS)
    await ended
    clearTimeout(idle)
    clearTimeout(late)
    await services.close()
  }
  return { port: (server.address() as AddressInfo).port, stop }
}
