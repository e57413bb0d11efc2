import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { crc32 } from 'node:zlib'
import { getRequestListener, RequestError } from '@hono/node-server'
import { createApp } from '../app.ts'
import { memcachedCache } from '../cache/memcached.ts'
import { memoryCache } from '../cache/memory.ts'
import { type Config, matchesTrustedProxy } from '../config.ts'
import { connect, type FilesPlatform, openFileStore } from '../connect.ts'
import { driverOptions, openPostgres, type Pool } from '../database.ts'
import type { Exchange } from '../events/events.ts'
import { rabbitExchange } from '../events/rabbitmq.ts'
import type { Log, Services } from '../services.ts'
import type { FileStore } from '../store/store.ts'
import { assets } from './assets.ts'
import { openDirectory } from './directory.ts'
import { openEmbedded } from './embedded.ts'
import { nodeMd5 } from './md5.ts'
import { openPgSocket } from './pg_socket.ts'
import { storeModes } from './private_files.ts'
import { s3Platform } from './s3.ts'

export interface Database {
  writer: Pool
  reader: Pool
  search: Pool
  close(): Promise<void>
}

/** What a statement that finds its rows by an index may take before the database counts as one that hangs. */
const DETAIL_MS = 5_000

/** Connections to the configured database; a reader of its own only where there is a replica. */
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
  return enabled && brokerUrl !== null ? rabbitExchange(brokerUrl, exchange) : null
}

const filesPlatform = (config: Config, log: Log): FilesPlatform => ({
  files: openDirectory(config.files.root, storeModes(config)),
  s3: s3Platform,
  md5: nodeMd5,
  log,
})

/** The configured file store alone, for an ingester into an archive elsewhere. */
export const openStore = (config: Config, log: Log): Promise<FileStore> =>
  openFileStore(config, filesPlatform(config, log))

export async function openServices(config: Config, database: Database, log: Log): Promise<Services> {
  const cache = config.cache.kind === 'memcached' ? memcachedCache(config.cache.servers, log) : memoryCache()
  return connect(config, {
    writer: database.writer,
    reader: database.reader,
    search: database.search,
    cache,
    ...filesPlatform(config, log),
    crc32,
    exchange: openExchange(config),
    assets,
    close: async () => {
      await cache.close()
      await database.close()
    },
  })
}

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

/** How long requests may take to arrive, in milliseconds. */
export interface Arrival {
  headers: number
  body: number
}

const ARRIVAL: Arrival = { headers: 60_000, body: 300_000 }
/** Bodies that are streamed for as long as it takes: there it is the pause that is limited. Node's own limit knows no such exception. */
const LONG_BODY = /^\/frames\/bulk\/?(\?|$)/

/** Calls `late` when a body does not arrive within `ms`; a long one, when nothing of it came for so long though it was waited for. */
function limitArrival(request: IncomingMessage, ms: number, late: () => void): void {
  const { headers, socket } = request
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return
  const isLong = LONG_BODY.test(request.url ?? '')
  // null: the archive itself has not taken yet what has come. Not a timeout of the socket: that would end a connection whose archive is slow
  const seen = () => (request.isPaused() || request.readableLength > 0 ? null : socket.bytesRead)
  let before = seen()
  const timer = setInterval(() => {
    const now = seen()
    const hasPaused = now !== null && now === before
    before = now
    if (!request.complete && (!isLong || hasPaused)) late()
  }, ms)
  request.once('close', () => clearInterval(timer))
}

/** How long requests in flight may go on after a signal to stop. */
const GRACE_MS = 10_000

export interface Listening {
  port: number
  /** Takes no more requests, lets those in flight end, then closes the services. */
  stop(): Promise<void>
}

/** What Node itself refuses, by its error codes: such a request never reaches the app. */
const REFUSALS: Record<string, readonly [status: string, detail: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'Address and headers are larger than 16 KB together.'],
  HPE_INVALID_URL: [
    '400 Bad Request',
    'The address of the request is not valid: what is not ASCII has to be percent-encoded.',
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Content Too Large', 'The extensions of a chunk are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
  CONNECT: ['405 Method Not Allowed', 'Method "CONNECT" not allowed.'],
}
const NOT_HTTP = ['400 Bad Request', 'The request is not valid HTTP.'] as const

const LINGER_MS = 1_000

/** Tells the client why, unless an answer is under way already or nobody is there to read it. */
function refuse(socket: Duplex, code = '', answering?: ServerResponse): void {
  if (!socket.writable || code === 'ECONNRESET' || (answering?.headersSent && !answering.writableFinished)) {
    socket.destroy()
    return
  }
  const [status, detail] = REFUSALS[code] ?? NOT_HTTP
  const body = JSON.stringify({ detail })
  const head = [
    `HTTP/1.1 ${status}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  // the client's own end of the connection may stay open as long as it likes; it has to read first why it was refused
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

/** Serves the archive over HTTP. */
export async function listen(services: Services, arrival: Arrival = ARRIVAL): Promise<Listening> {
  const { config, log } = services
  const app = createApp()
  const answer = getRequestListener((request) => app.fetch(request, services), {
    errorHandler: (error) => {
      if (!(error instanceof RequestError)) log.error('a request failed', { error: String(error) })
      return error instanceof RequestError
        ? Response.json({ detail: `${error.message}.` }, { status: 400 })
        : new Response(null, { status: 500 })
    },
  })
  const responses = new WeakMap<Duplex, ServerResponse>()
  const limits = {
    headersTimeout: arrival.headers,
    requestTimeout: 0,
    connectionsCheckingInterval: arrival.headers / 2,
  }
  const server: Server = createServer(limits, (request, response) => {
    guardForwarded(request, config)
    responses.set(request.socket, response)
    limitArrival(request, arrival.body, () => refuse(request.socket, 'ERR_HTTP_REQUEST_TIMEOUT', response))
    return answer(request, response)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(socket, error.code, responses.get(socket)))
  server.on('connect', (_, socket) => refuse(socket, 'CONNECT'))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.http.port, config.http.host, resolve)
  })
  const stop = async () => {
    const ended = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    const late = setTimeout(() => server.closeAllConnections(), GRACE_MS)
    await ended
    clearTimeout(late)
    await services.close()
  }
  return { port: (server.address() as AddressInfo).port, stop }
}
