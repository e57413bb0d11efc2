import { crc32 } from 'node:zlib'
import { logRequests } from '../../access_log.ts'
import type { Cache } from '../../cache/cache.ts'
import { countReads } from '../../cache/counted.ts'
import { createMemoryCache } from '../../cache/memory.ts'
import type { Config } from '../../config/config.ts'
import type { Pool } from '../../database/open.ts'
import type { FileStore } from '../../files/store/store.ts'
import type { Log } from '../../log.ts'
import type { Exchange } from '../../messages/events.ts'
import { connectServices, type FilesPlatform, openFileStore, type Services } from '../../services.ts'
import { assets } from './assets.ts'
import { openDirectory } from './directory.ts'
import { nodeMd5 } from './md5.ts'
import { openPgSocket } from './pg_socket.ts'
import { storeModes } from './private_files.ts'
import { s3Platform } from './s3.ts'

/** The pools of a database: for writes, for quick reads, and for searches of either server. */
export interface Database {
  writer: Pool
  reader: Pool
  search: Pool
  writerSearch: Pool
  close(): Promise<void>
}

/** The time a statement that uses an index may take before the database counts as hanging. */
const DETAIL_MS = 5_000

/**
 * Who cannot be served soon is told so at once. Pages of many pictures ask a hundred quick
 * questions at a time.
 */
const SEARCH_QUEUE = { length: 400, perShare: 150, waitMs: 2_000 }

// Drivers take tens of milliseconds to load, and PGlite more: only those are imported that the
// configuration asks for.

/** Connections of a server, those for quick statements to each database and those for searches. */
const CONNECTIONS = { quick: 10, search: 8 }
/** Of each kind at least in each process, so that one statement does not stop all others. */
const LEAST_CONNECTIONS = 2

/** One of so many processes' part of a server's connections. */
const partOf = (connections: number, processes: number): number =>
  Math.max(LEAST_CONNECTIONS, Math.ceil(connections / processes))

/**
 * Connections to the configured database; a separate reader only with a replica.
 * @param processes how many share the server's connections
 */
export async function openDatabase({ database }: Config, log?: Log, processes = 1): Promise<Database> {
  const { driverOptions, openPostgres } = await import('../../database/open.ts')
  if (database.kind === 'embedded') {
    const { openEmbedded } = await import('../embedded/embedded.ts')
    const { sql, close } = await openEmbedded(database.dir, driverOptions)
    return { writer: sql, reader: sql, search: sql, writerSearch: sql, close }
  }
  const common = { openSocket: openPgSocket, prepare: database.prepare, warn: log?.warn }
  const options = { ...common, max: partOf(CONNECTIONS.quick, processes) }
  const writer = openPostgres(database.writer, { ...options, deadlineMs: DETAIL_MS })
  const reader =
    database.reader === database.writer
      ? writer
      : openPostgres(database.reader, { ...options, deadlineMs: DETAIL_MS, reads: true })
  const searches = { ...common, reads: true, queue: SEARCH_QUEUE }
  const search = openPostgres(database.reader, { ...searches, max: partOf(CONNECTIONS.search, processes) })
  const writerSearch =
    reader === writer
      ? search
      : openPostgres(database.writer, { ...searches, max: partOf(CONNECTIONS.search / 2, processes) })
  const close = async () => {
    await Promise.all([...new Set([writer, reader, search, writerSearch])].map((sql) => sql.end({ timeout: 5 })))
  }
  return { writer, reader, search, writerSearch, close }
}

async function openExchange({ events: { enabled, brokerUrl, exchange } }: Config): Promise<Exchange | null> {
  if (!enabled || brokerUrl === null) return null
  const { createRabbitExchange } = await import('../../messages/rabbitmq.ts')
  return createRabbitExchange(brokerUrl, exchange)
}

async function openCache({ cache }: Config, log: Log, own: Cache): Promise<Cache> {
  if (cache.kind === 'memory') return own
  const { createMemcachedCache } = await import('../../cache/memcached.ts')
  return createMemcachedCache(cache.servers, log, own)
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

/**
 * Everything a request may use, as configured.
 * @param shared for a process that is one of several: their memory cache, and whether it is this
 * one that looks into the outbox unprompted
 */
export async function openServices(
  config: Config,
  database: Database,
  log: Log,
  shared: { cache: Cache; looks: boolean } = { cache: createMemoryCache(), looks: true },
): Promise<Services> {
  const cache = countReads(await openCache(config, log, shared.cache))
  return connectServices(config, {
    writer: database.writer,
    reader: database.reader,
    search: database.search,
    writerSearch: database.writerSearch,
    cache,
    ...createFilesPlatform(config, log),
    crc32,
    exchange: await openExchange(config),
    looks: shared.looks,
    assets,
    listeners: config.accessLog ? [logRequests(log)] : [],
    close: async () => {
      await cache.close()
      await database.close()
    },
  })
}
