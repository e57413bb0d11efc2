import { crc32 } from 'node:zlib'
import { logRequests } from '../../access_log.ts'
import type { Cache } from '../../cache/cache.ts'
import { countReads } from '../../cache/counted.ts'
import { createMemoryCache } from '../../cache/memory.ts'
import type { Config } from '../../config/config.ts'
import { shownSettings } from '../../config/secrets.ts'
import type { Pool } from '../../database/open.ts'
import { type Check, type Finding, ok, runChecks, warning } from '../../doctor/finding.ts'
import type { FileStore } from '../../files/store/store.ts'
import type { Log } from '../../log.ts'
import type { Exchange } from '../../messages/events.ts'
import type { Replica } from '../../replica/replica.ts'
import { type About, connectServices, type FilesPlatform, openFileStore, type Services } from '../../services.ts'
import type { TraceExporter } from '../../traces/exporter.ts'
import { assets } from './assets.ts'
import { openDirectory } from './directory.ts'
import { nodeMd5 } from './md5.ts'
import { openPgSocket } from './pg_socket.ts'
import { storeModes } from './private_files.ts'
import { s3Platform } from './s3.ts'
import type { Place } from './workers/messages.ts'

/** The pools of a database: for writes, for quick reads, and for searches of either server. */
export interface Database {
  writer: Pool
  reader: Pool
  search: Pool
  writerSearch: Pool
  /** Absent: there is no replica. */
  replica?: Replica
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
  const quick = { ...common, deadlineMs: DETAIL_MS, max: partOf(CONNECTIONS.quick, processes) }
  const searches = { ...common, reads: true, queue: SEARCH_QUEUE, max: partOf(CONNECTIONS.search, processes) }
  const writer = openPostgres(database.writer, quick)
  const writerSearch = openPostgres(database.writer, searches)
  if (database.reader === database.writer)
    return closable({ writer, reader: writer, search: writerSearch, writerSearch })
  const { openReplica } = await import('./replica.ts')
  const { replica, ...reads } = openReplica(
    { writer, writerSearch },
    { database, quick: { ...quick, reads: true }, searches, log },
  )
  return closable({ writer, writerSearch, ...reads, replica }, replica)
}

const closable = (pools: Omit<Database, 'close'>, watched?: Replica): Database => ({
  ...pools,
  async close() {
    const { writer, reader, search, writerSearch } = pools
    await Promise.all([...new Set([writer, reader, search, writerSearch])].map((sql) => sql.end({ timeout: 5 })))
    await watched?.close()
  },
})

async function openExchange({ events: { enabled, brokerUrl, exchange } }: Config): Promise<Exchange | null> {
  if (!enabled || brokerUrl === null) return null
  const { createRabbitExchange } = await import('../../messages/rabbitmq.ts')
  return createRabbitExchange(brokerUrl, exchange)
}

async function openTraces({ traces }: Config, log: Log): Promise<TraceExporter | null> {
  if (traces === null) return null
  const { openTraceExporter } = await import('../../traces/exporter.ts')
  return openTraceExporter(traces, log)
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

/** What this process is. Bun and Deno say that they are Node too. */
function describeProcess({ number, of }: Pick<Place, 'number' | 'of'> = { number: 1, of: 1 }): About {
  const { bun, deno, node } = process.versions as { bun?: string; deno?: string; node: string }
  return {
    runtime: bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node ${node}`,
    pid: process.pid,
    started: new Date(Date.now() - process.uptime() * 1000),
    workers: of,
    worker: number,
    settings: shownSettings(process.env),
  }
}

const EXAMINE_MS = 5_000

/** Looks at the database as doctor does, by what costs little whatever the number of frames. */
async function examineDatabase({ events }: Config, { writer, replica }: Database): Promise<Finding[]> {
  const [{ checkSchema }, { checkWork }, { checkServer }] = await Promise.all([
    import('../../doctor/schema.ts'),
    import('../../doctor/work.ts'),
    import('../../doctor/server.ts'),
  ])
  const sql = writer.withLimits({ deadlineMs: EXAMINE_MS })
  const connected = { name: 'the database', isLocal: true }
  const announces = events.enabled && events.brokerUrl !== null
  const checks: Check[] = [
    { subject: 'database', name: 'the server', run: () => checkServer(sql, 'database', connected) },
    { subject: 'database', name: 'the schema', run: () => checkSchema(sql) },
    { subject: 'database', name: 'what waits', run: () => checkWork(sql, announces) },
  ]
  const found = await runChecks(checks, EXAMINE_MS, (error) => (error as Error).message)
  const state = replica?.status()
  // not looked at yet
  if (!state || (!state.isUsed && state.reason === null)) return found
  const advice = 'platestack doctor looks at it itself.'
  return [
    ...found,
    state.reason === null
      ? ok('replica', 'reads go to it')
      : warning('replica', `reads go to the writer: ${state.reason}`, advice),
  ]
}

/**
 * Everything a request may use, as configured.
 * @param shared for a process that is one of several: their memory cache, and whether it is this
 * one that looks into the outbox unprompted
 */
export async function openServices(
  config: Config,
  database: Database,
  log: Log,
  shared: { cache: Cache; looks: boolean; place?: Pick<Place, 'number' | 'of'> } = {
    cache: createMemoryCache(),
    looks: true,
  },
): Promise<Services> {
  const cache = countReads(await openCache(config, log, shared.cache))
  const traces = await openTraces(config, log)
  return connectServices(config, {
    writer: database.writer,
    reader: database.reader,
    search: database.search,
    writerSearch: database.writerSearch,
    replica: database.replica,
    cache,
    ...createFilesPlatform(config, log),
    crc32,
    exchange: await openExchange(config),
    looks: shared.looks,
    about: describeProcess(shared.place),
    examine: () => examineDatabase(config, database),
    assets,
    listeners: [...(config.accessLog && log.request ? [logRequests(log.request)] : []), ...(traces ? [traces] : [])],
    close: async () => {
      await traces?.close()
      await cache.close()
      await database.close()
    },
  })
}
