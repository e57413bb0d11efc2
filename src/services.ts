import { deriveKeys, type Keys, newSecretKey } from './auth/keys.ts'
import { openKeys } from './auth/open_keys.ts'
import { connectPortal, type Portal } from './auth/portal.ts'
import type { Cache } from './cache/cache.ts'
import type { Caller } from './caller.ts'
import type { Config } from './config/config.ts'
import { type ConfigurationTypes, connectConfigdb } from './configdb.ts'
import { type Crc32, crc32 } from './crc32.ts'
import { type Budgets, createBudgets } from './database/budgets.ts'
import type { Pool } from './database/open.ts'
import type { Finding } from './doctor/finding.ts'
import { type Removals, removals } from './files/removals/removals.ts'
import { type Directory, localStore, type Md5 } from './files/store/local.ts'
import { type S3Platform, s3Store } from './files/store/s3.ts'
import { dummyStore, type FileStore } from './files/store/store.ts'
import { tracedStore } from './files/store/traced.ts'
import {
  keepRecent,
  type Log,
  type Logged,
  logWith,
  noteFailures,
  type Outage,
  type OutageName,
  outages,
  trackOutage,
} from './log.ts'
import { drainOutbox } from './messages/drain.ts'
import type { Events, Exchange } from './messages/events.ts'
import { probesOf } from './probes.ts'
import { ping } from './queries/ping.ts'
import { createRemembering, type Remembering } from './queries/rollups/remembering.ts'
import { createReadiness, type Readiness } from './readiness.ts'
import { createOwnWrites, type OwnWrites } from './replica/own_writes.ts'
import type { Replica } from './replica/replica.ts'
import type { RequestAccount, RequestListener } from './telemetry.ts'

/** Everything a request may use: `c.env` of the app. Made once by a runtime, closed once. */
export interface Services {
  config: Config
  /** The database that is written to; what must be current is read there too. */
  writer: Pool
  /** The replica that lists and details are read from; the writer where there is none. */
  reader: Pool
  /** More connections to the reader, so that what takes long holds nothing else up. */
  search: Pool
  /** The same at the writer, for lists that must be current. */
  writerSearch: Pool
  /** What is known of the replica behind `reader` and `search`; null: there is none. */
  replica: Replica | null
  /** What callers have written lately. */
  ownWrites: OwnWrites
  store: FileStore
  cache: Cache
  keys: Keys
  portal: Portal
  configurationTypes: ConfigurationTypes
  /** The sender of the outbox; null: new frames are not announced, and the outbox stays empty. */
  events: Events | null
  /** Removes stored files that no row names any more. */
  removals: Removals
  crc32: Crc32
  assets: Assets
  log: Log
  /** The outages of the database, writer and reader. */
  databaseOutage: Outage
  /** The database time that callers have left for searches. */
  budgets: Budgets
  /** The facets that this process remembers. */
  facets: Remembering
  /** The times in which searches are refused because too many run. */
  searchJam: Outage
  /** Whether this process can serve, by the services that it needs. */
  readiness: Readiness
  /** What this process is. */
  about: About
  /** The last warnings and errors of this process. */
  recent(): Logged[]
  /** Looks at the database as doctor does, by what costs little; absent: the runtime cannot. */
  examine?(): Promise<Finding[]>
  /**
   * Who asks, where it is the process itself (see runtimes/node/in_process.ts); absent: whoever a
   * request names.
   */
  caller?: Caller
  /** Who is told of every request that a runtime takes. */
  listeners: readonly RequestListener[]
  /** The request that these are the services of; absent: they are everybody's. */
  request?: RequestAccount
  close(): Promise<void>
}

/** What a process of the archive is, for its operators. */
export interface About {
  /** Such as `Node 24.1.0`. */
  runtime: string
  pid: number | null
  /** When it was started. */
  started: Date
  /** How many processes serve, and which of them this is, from 1. */
  workers: number
  worker: number
  /** The variables that are set, without secrets. */
  settings: Record<string, string>
}

/** A file that the documentation pages are made of. */
export interface Asset {
  body: Uint8Array<ArrayBuffer>
  /** The same compressed; null: not kept. */
  gzip: Uint8Array<ArrayBuffer> | null
  /** The media type. */
  type: string
  /** A short hash of the body. */
  mark: string
}

/** The files of the documentation pages, by name; null: no such file. */
export interface Assets {
  read(name: string): Promise<Asset | null>
}

/** What a runtime gives for the files. */
export interface FilesPlatform {
  /** The local store's root; null where the runtime has no file system. */
  files: Directory | null
  /** How the runtime asks S3, and what it does better for it than the Web's APIs. */
  s3: S3Platform
  /** The runtime's MD5, where it has a faster one than ours. */
  md5?: () => Md5
  log: Log
}

/** What only a runtime can give: its connections, its file system, its log. */
export interface Platform
  extends FilesPlatform,
    Pick<Services, 'writer' | 'reader' | 'search' | 'writerSearch' | 'cache' | 'assets' | 'close'> {
  about: About
  /** Looks at the database as doctor does, by what costs little. */
  examine?(): Promise<Finding[]>
  /** Absent: nobody. */
  listeners?: readonly RequestListener[]
  /** Where new frames are announced; null: nowhere. */
  exchange: Exchange | null
  /** Absent: reads go where `reader` and `search` lead, whatever was written. */
  replica?: Replica | null
  /** Whether this process looks into the outbox unprompted; absent: it does. */
  looks?: boolean
  /** The runtime's CRC-32, where it has a faster one than ours. */
  crc32?: Crc32
  /** Whether this process can ask, unprompted, whether what was away is back; absent: it can. */
  probes?: boolean
}

/**
 * Puts the services together. The database has to be migrated.
 * @throws WrongKey when it keeps its tokens under another SECRET_KEY
 */
export async function connectServices(config: Config, platform: Platform): Promise<Services> {
  const { writer, reader, search, writerSearch, cache, assets, about, examine } = platform
  const { log, recent } = keepRecent(platform.log)
  const keys = await openKeys(config, writer)
  const store = await openStore(config, { ...platform, log }, keys)
  const events = platform.exchange && drainOutbox(writer, platform.exchange, log, platform.looks)
  const track = (name: OutageName, began: string, over: string, pools: readonly Pool[]): Outage =>
    platform.probes === false
      ? noteFailures(log, began)
      : trackOutage(log, began, over, { name, probe: () => Promise.all([...new Set(pools)].map(ping)) })
  const probes = probesOf({ ...platform, config, store, portalNow: () => services.portal })
  const databaseOutage = track('database', 'the database cannot be reached', 'the database is back', [writer, reader])
  const services: Services = {
    config,
    writer,
    reader,
    search,
    writerSearch,
    replica: platform.replica ?? null,
    ownWrites: createOwnWrites(cache),
    cache,
    keys,
    crc32: platform.crc32 ?? crc32,
    assets,
    log,
    databaseOutage,
    budgets: createBudgets(),
    facets: createRemembering(),
    searchJam: track('searches', 'searches are refused: too many are running', 'searches are taken again', [search]),
    close: async () => {
      await events?.close()
      store.close?.()
      await platform.close()
    },
    store,
    portal: connectPortal(config.portal, log),
    about,
    recent,
    ...(examine && { examine }),
    readiness: createReadiness(probes, log, platform.probes !== false),
    configurationTypes: connectConfigdb(config.configurationTypes, writer, log),
    events,
    removals: removals({ writer, store, log, databaseOutage }),
    listeners: platform.listeners ?? [],
  }
  return services
}

/**
 * Lets services that are in use go on by another configuration, as far as that can change while they
 * run (config/reload.ts).
 * @param settings as in `About`
 */
export function reconfigure(services: Services, config: Config, settings: About['settings']): void {
  const { portal, configurationTypes } = services.config
  const isOther = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other)
  if (isOther(portal, config.portal)) services.portal = connectPortal(config.portal, services.log)
  if (isOther(configurationTypes, config.configurationTypes)) {
    // that of the one before would last for ever: nobody asks it any more
    outages.delete('configdb')
    services.configurationTypes = connectConfigdb(config.configurationTypes, services.writer, services.log)
  }
  services.about = { ...services.about, settings }
  services.config = config
}

const POOLS = ['writer', 'reader', 'search', 'writerSearch'] as const

/**
 * Gives each request services of its own: what they ask of the database is put to its account, and
 * their log lines carry its id. They are the given ones but for that, and cost next to nothing,
 * since a pool is made when it is first asked for.
 */
export function servicesByRequest(services: Services): (request: RequestAccount) => Services {
  const pools = [...new Set(POOLS.map((name) => services[name]))]
  interface Own {
    request: RequestAccount
    pools: Pool[]
    ownLog: Log | null
  }
  const common = Object.create(services)
  for (const name of POOLS) {
    const i = pools.indexOf(services[name])
    const get = function (this: Own): Pool {
      this.pools[i] ??= pools[i]!.withLimits({ observer: this.request })
      return this.pools[i]
    }
    Object.defineProperty(common, name, { get })
  }
  const getLog = function (this: Own): Log {
    this.ownLog ??= logWith(services.log, { request: this.request.id })
    return this.ownLog
  }
  Object.defineProperty(common, 'log', { get: getLog })
  return (request) => {
    const made = Object.assign(Object.create(common), { request, pools: [], ownLog: null } satisfies Own)
    if (request.spans) made.store = tracedStore(services.store, request)
    return made
  }
}

/**
 * The file store without an archive, for an ingester that writes to an archive elsewhere. Its URLs
 * are signed with a key that no archive has.
 */
export const openFileStore = async (config: Config, platform: FilesPlatform): Promise<FileStore> =>
  openStore(config, platform, await deriveKeys(newSecretKey()))

async function openStore({ files, s3 }: Config, platform: FilesPlatform, keys: Keys): Promise<FileStore> {
  const classes = files.classOverrides
  if (files.kind === 'dummy') return { ...dummyStore, classes }
  if (files.kind === 's3') return { ...(await s3Store(s3, platform.log, platform.s3)), classes }
  if (!platform.files) throw new Error('FILESTORE_TYPE=local needs a file system, which this runtime does not have')
  return { ...localStore(platform.files, files.baseUrl, keys, platform.md5), classes }
}
