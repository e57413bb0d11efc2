import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type postgres from 'postgres'
import { createApp } from '../app.ts'
import { memcachedCache } from '../cache/memcached.ts'
import { memoryCache } from '../cache/memory.ts'
import { type Config, matchesTrustedProxy } from '../config.ts'
import { connect } from '../connect.ts'
import { driverOptions, openPostgres } from '../database.ts'
import type { Exchange } from '../events/events.ts'
import { rabbitExchange } from '../events/rabbitmq.ts'
import type { Log, Services } from '../services.ts'
import { assets } from './assets.ts'
import { openDirectory } from './directory.ts'
import { openEmbedded } from './embedded.ts'

export interface Database {
  writer: postgres.Sql
  reader: postgres.Sql
  close(): Promise<void>
}

/** Connections to the configured database; a reader of its own only where there is a replica. */
export async function openDatabase({ database }: Config): Promise<Database> {
  if (database.kind === 'embedded') {
    const { sql, close } = await openEmbedded(database.dir, driverOptions)
    return { writer: sql, reader: sql, close }
  }
  const writer = openPostgres(database.writer)
  const reader = database.reader === database.writer ? writer : openPostgres(database.reader)
  const close = async () => {
    await Promise.all([...new Set([writer, reader])].map((sql) => sql.end({ timeout: 5 })))
  }
  return { writer, reader, close }
}

function openExchange({ events: { enabled, brokerUrl, exchange } }: Config): Exchange | null {
  return enabled && brokerUrl !== null ? rabbitExchange(brokerUrl, exchange) : null
}

export async function openServices(config: Config, database: Database, log: Log): Promise<Services> {
  const cache = config.cache.kind === 'memcached' ? memcachedCache(config.cache.servers, log) : memoryCache()
  return connect(config, {
    writer: database.writer,
    reader: database.reader,
    cache,
    files: openDirectory(config.files.root),
    exchange: openExchange(config),
    assets,
    log,
    close: async () => {
      await cache.close()
      await database.close()
    },
  })
}

const FORWARDED = /^x-forwarded-(for|host|proto)$/i

/**
 * Takes X-Forwarded-* off a request that does not come from a trusted proxy, and leaves in X-Forwarded-For the one address that is to be
 * believed: the last that no trusted proxy has.
 */
export function guardForwarded(request: IncomingMessage, config: Pick<Config, 'trustedProxies'>): void {
  const peer = request.socket.remoteAddress ?? ''
  const trusted = matchesTrustedProxy(config.trustedProxies, peer)
  const named = trusted ? String(request.headers['x-forwarded-for'] ?? '').split(',').map((a) => a.trim()).filter(Boolean) : []
  const client = named.reverse().find((a) => !matchesTrustedProxy(config.trustedProxies, a)) ?? peer
  const { rawHeaders } = request
  for (let i = rawHeaders.length - 2; i >= 0; i -= 2) {
    const name = rawHeaders[i]!
    if (FORWARDED.test(name) && (!trusted || /for$/i.test(name))) rawHeaders.splice(i, 2)
  }
  rawHeaders.push('x-forwarded-for', client)
}

/** How long requests in flight may go on after a signal to stop. */
const GRACE_MS = 10_000

export interface Listening {
  port: number
  /** Takes no more requests, lets those in flight end, then closes the services. */
  stop(): Promise<void>
}

/** Serves the archive over HTTP. */
export async function listen(services: Services): Promise<Listening> {
  const { config } = services
  const app = createApp()
  const answer = getRequestListener((request) => app.fetch(request, services), { overrideGlobalObjects: false })
  const server: Server = createServer((request, response) => {
    guardForwarded(request, config)
    return answer(request, response)
  })
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
