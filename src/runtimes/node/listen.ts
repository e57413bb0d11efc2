import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener, RequestError } from '@hono/node-server'
import { createApp } from '../../app.ts'
import { hashInTurns } from '../../auth/passwords.ts'
import { type Config, isWithin } from '../../config/config.ts'
import { shareBodyBudget } from '../../http/body_budget.ts'
import { type Services, servicesByRequest } from '../../services.ts'
import { openAccount } from '../../telemetry.ts'
import { AccountedResponse, keepAccount } from './account.ts'
import { limitConnections } from './connections.ts'
import { DEADLINES, type Deadlines, limitArrival, limitStalls } from './deadlines.ts'
import type { Measure } from './metrics/measures.ts'
import { createMetrics, type Gathering } from './metrics/metrics.ts'
import { refusalResponse, refuseExpectation, refuseSocket } from './refuse.ts'

/** Stands for a proxy that has not named itself. */
const PROXY = '1.1 proxy'
const FORWARDED = /^x-(forwarded-(for|host|proto)|zip-module)$/i

/**
 * Removes X-Forwarded-* and X-Zip-Module from requests that do not come from a trusted proxy, and
 * reduces X-Forwarded-For to the one credible address: the last that is not a trusted proxy's. Via
 * still shows whether there was any proxy.
 */
export function guardForwarded(request: IncomingMessage, config: Pick<Config, 'trustedProxies'>): void {
  const peer = request.socket.remoteAddress ?? ''
  const trusted = isWithin(config.trustedProxies, peer)
  const named = trusted
    ? String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .map((a) => a.trim())
        .filter(Boolean)
    : []
  const client = named.reverse().find((a) => !isWithin(config.trustedProxies, a)) ?? peer
  // in both forms: Node has already derived one from the other, and the adapter reads either
  const { rawHeaders, headers } = request
  // nginx speaks HTTP/1.0 by default, and clients no longer do
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

/**
 * Takes no more connections; calls `ended` once there are none. Not by the HTTP server's own close(),
 * which cuts idle connections that may be about to bring a request; Bun has no other.
 */
function refuseConnections(server: Server, ended: () => void): void {
  if ((server as unknown) instanceof NetServer) NetServer.prototype.close.call(server, ended)
  else server.close(ended)
}

/** How long idle connections may still bring a request after the stop signal. */
const DRAIN_MS = 1_000
/** How long requests in flight may take after the stop signal. */
const GRACE_MS = 10_000

export interface Listening {
  /** 0: it listens on a Unix socket. */
  port: number
  /** What this process has measured. */
  measure(): Promise<Measure[]>
  /** Takes no more requests, lets those in flight finish, then closes the services. */
  stop(): Promise<void>
}

/**
 * Serves the archive over HTTP.
 * @param processes how many share what the server may take
 * @param gathering how their metrics are put together, where there are several
 * @param socket the descriptor of a socket that listens already, in the first process where there are
 * several; null: one is opened
 * @throws the system's error if it cannot listen
 */
export async function listen(
  services: Services,
  deadlines: Deadlines = DEADLINES,
  processes = 1,
  gathering?: Gathering,
  socket: number | null = null,
): Promise<Listening> {
  const { config, log } = services
  const metrics = createMetrics(services, gathering)
  const listeners = [...services.listeners, metrics.requests]
  const servicesOf = servicesByRequest(services)
  shareBodyBudget(processes)
  hashInTurns()
  const begin = (request: IncomingMessage, response: AccountedResponse) => {
    metrics.http.inFlight++
    keepAccount(request, response, listeners)
  }
  const app = createApp()
  const fetch = (request: Request, { outgoing }: { outgoing: unknown }) =>
    app.fetch(request, servicesOf((outgoing as AccountedResponse).account))
  const answer = getRequestListener(fetch, {
    errorHandler: (error) => {
      if (!(error instanceof RequestError))
        log.error('a request failed', { error: (error as Error).stack ?? String(error) })
      return error instanceof RequestError
        ? refusalResponse(400, `${error.message}.`)
        : refusalResponse(500, 'The archive failed. The fault is in its log.')
    },
  })
  const responses = new WeakMap<Duplex, AccountedResponse>()
  const limits = {
    headersTimeout: deadlines.headers,
    requestTimeout: 0,
    ServerResponse: AccountedResponse,
    // the app itself refuses requests without it
    requireHostHeader: false,
    connectionsCheckingInterval: deadlines.headers / 2,
  }
  const answered = createServer(limits, (request, response) => {
    guardForwarded(request, services.config)
    const isForMetrics = metrics.isFor(request)
    // whoever looks at the archive is no part of what it does
    if (isForMetrics) keepAccount(request, response, [])
    else begin(request, response)
    responses.set(request.socket, response)
    connections.begin(request, response)
    // a client that keeps connections, as nginx does, must not reuse one that is about to close
    if (!server.listening) response.shouldKeepAlive = false
    if (isForMetrics) return metrics.answer(request, response)
    limitArrival(request, deadlines.body, () => refuse(request.socket, 'ERR_HTTP_REQUEST_TIMEOUT'))
    return answer(request, response)
  })
  // its type says of the answers that their request is of a class that nobody has named
  const server = answered as unknown as Server
  /** Refuses what is under way on a connection, or what could not even be read there. */
  const refuse = (socket: Duplex, code?: string) => {
    const response = responses.get(socket)
    const account = response?.account
    const unread = () => {
      metrics.http.inFlight++
      return openAccount(() => null, code === 'CONNECT' ? code : null, null, listeners)
    }
    refuseSocket(socket, () => (account && !account.isOver ? account : unread()), code, response)
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(socket, error.code))
  metrics.http.mostConnections = Math.max(1, Math.floor(config.http.maxConnections / processes))
  const connections = limitConnections(
    server,
    metrics.http,
    (address) => isWithin(services.config.trustedProxies, address),
    log,
  )
  limitStalls(server, deadlines.stall, responses)
  server.on('connect', (_, socket) => refuse(socket, 'CONNECT'))
  server.on('checkExpectation', (request, response) => {
    begin(request, response as AccountedResponse)
    refuseExpectation(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if (socket === null) server.listen(config.http.port, config.http.host, resolve)
    else server.listen({ fd: socket }, resolve)
  })
  const stop = async () => {
    const ended = new Promise<void>((resolve) => refuseConnections(server, resolve))
    const idle = setTimeout(() => server.closeIdleConnections(), DRAIN_MS)
    const late = setTimeout(() => server.closeAllConnections(), GRACE_MS)
    await ended
    clearTimeout(idle)
    clearTimeout(late)
    await services.close()
  }
  const address = server.address() as AddressInfo | string
  return { port: typeof address === 'string' ? 0 : address.port, measure: metrics.measure, stop }
}
