import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { crc32 } from 'node:zlib'
import { getRequestListener, RequestError } from '@hono/node-server'
import { createApp } from '../../app.ts'
import { createMemcachedCache } from '../../cache/memcached.ts'
import { createMemoryCache } from '../../cache/memory.ts'
import { type Config, matchesTrustedProxy } from '../../config/config.ts'
import { connect, type FilesPlatform, openFileStore } from '../../connect.ts'
import { driverOptions, openPostgres, type Pool } from '../../database/open.ts'
import type { FileStore } from '../../files/store/store.ts'
import type { Log } from '../../log.ts'
import type { Exchange } from '../../messages/events.ts'
import { createRabbitExchange } from '../../messages/rabbitmq.ts'
import type { Services } from '../../services.ts'
import { openEmbedded } from '../embedded/embedded.ts'
import { assets } from './assets.ts'
import { DEADLINES, type Deadlines, limitArrival, limitConnections, limitStalls } from './deadlines.ts'
import { openDirectory } from './directory.ts'
import { nodeMd5 } from './md5.ts'
import { openPgSocket } from './pg_socket.ts'
import { storeModes } from './private_files.ts'
import { logRequest } from './process_log.ts'
import { refusalResponse, refuseExpectation, refuseSocket } from './refuse.ts'
import { s3Platform } from './s3.ts'

/** The pools of a database: for writes, for quick reads, and for searches. */
export interface Database {
  writer: Pool
  reader: Pool
  search: Pool
  close(): Promise<void>
}

/** The time a statement that uses an index may take before the database counts as hanging. */
const DETAIL_MS = 5_000

/** Connections to the configured database; a separate reader only with a replica. */
export async function openDatabase({ database }: Config, log?: Log): Promise<Database> {
  if (database.kind === 'embedded') {
    const { sql, close } = await openEmbedded(database.dir, driverOptions)
    return { writer: sql, reader: sql, search: sql, close }
  }
  const options = { openSocket: openPgSocket, prepare: database.prepare, warn: log?.warn }
  const writer = openPostgres(database.writer, { ...options, deadlineMs: DETAIL_MS })
  const reader =
    database.reader === database.writer
      ? writer
      : openPostgres(database.reader, { ...options, deadlineMs: DETAIL_MS, reads: true })
  const search = openPostgres(database.reader, { ...options, reads: true, max: 8 })
  const close = async () => {
    await Promise.all([...new Set([writer, reader, search])].map((sql) => sql.end({ timeout: 5 })))
  }
  return { writer, reader, search, close }
}

function openExchange({ events: { enabled, brokerUrl, exchange } }: Config): Exchange | null {
  return enabled && brokerUrl !== null ? createRabbitExchange(brokerUrl, exchange) : null
}

const createFilesPlatform = (config: Config, log: Log): FilesPlatform => ({
  files: openDirectory(config.files.root, storeModes(config)),
  s3: s3Platform,
  md5: nodeMd5,
  log,
})

/** The configured file store alone, for ingesting into a remote archive. */
export const openStore = (config: Config, log: Log): Promise<FileStore> =>
  openFileStore(config, createFilesPlatform(config, log))

/** Everything a request may use, as configured. */
export async function openServices(config: Config, database: Database, log: Log): Promise<Services> {
  const cache =
    config.cache.kind === 'memcached' ? createMemcachedCache(config.cache.servers, log) : createMemoryCache()
  return connect(config, {
    writer: database.writer,
    reader: database.reader,
    search: database.search,
    cache,
    ...createFilesPlatform(config, log),
    crc32,
    exchange: openExchange(config),
    assets,
    close: async () => {
      await cache.close()
      await database.close()
    },
  })
}

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
  const trusted = matchesTrustedProxy(config.trustedProxies, peer)
  const named = trusted
    ? String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .map((a) => a.trim())
        .filter(Boolean)
    : []
  const client = named.reverse().find((a) => !matchesTrustedProxy(config.trustedProxies, a)) ?? peer
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

/** How long idle connections may still bring a request after the stop signal. */
const DRAIN_MS = 1_000
/** How long requests in flight may take after the stop signal. */
const GRACE_MS = 10_000

export interface Listening {
  port: number
  /** Takes no more requests, lets those in flight finish, then closes the services. */
  stop(): Promise<void>
}

/**
 * Serves the archive over HTTP.
 * @throws the system's error if it cannot listen
 */
export async function listen(services: Services, deadlines: Deadlines = DEADLINES): Promise<Listening> {
  const { config, log } = services
  const app = createApp()
  const answer = getRequestListener((request) => app.fetch(request, services), {
    errorHandler: (error) => {
      if (!(error instanceof RequestError))
        log.error('a request failed', { error: (error as Error).stack ?? String(error) })
      return error instanceof RequestError
        ? refusalResponse(400, `${error.message}.`)
        : refusalResponse(500, 'The archive failed. The fault is in its log.')
    },
  })
  const responses = new WeakMap<Duplex, ServerResponse>()
  const limits = {
    headersTimeout: deadlines.headers,
    requestTimeout: 0,
    // the app itself refuses requests without it
    requireHostHeader: false,
    connectionsCheckingInterval: deadlines.headers / 2,
  }
  const server: Server = createServer(limits, (request, response) => {
    guardForwarded(request, config)
    responses.set(request.socket, response)
    // a client that keeps connections, as nginx does, must not reuse one that is about to close
    if (!server.listening) response.shouldKeepAlive = false
    if (config.debug) logRequest(log, request, response)
    limitArrival(request, deadlines.body, () => refuseSocket(request.socket, 'ERR_HTTP_REQUEST_TIMEOUT', response))
    return answer(request, response)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    refuseSocket(socket, error.code, responses.get(socket)),
  )
  limitConnections(
    server,
    config.http.maxConnections,
    (address) => matchesTrustedProxy(config.trustedProxies, address),
    log,
  )
  limitStalls(server, deadlines.stall, responses)
  server.on('connect', (_, socket) => refuseSocket(socket, 'CONNECT'))
  server.on('checkExpectation', refuseExpectation)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.http.port, config.http.host, resolve)
  })
  const stop = async () => {
    // not the HTTP server's own close(), which cuts idle connections that may be about to bring a
    // request
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
