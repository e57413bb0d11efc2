import type { Keys } from './auth/keys.ts'
import type { Portal } from './auth/portal.ts'
import type { Cache } from './cache/cache.ts'
import type { Caller } from './caller.ts'
import type { Config } from './config/config.ts'
import type { ConfigurationTypes } from './configuration_types.ts'
import type { Crc32 } from './crc32.ts'
import type { Pool } from './database/open.ts'
import type { Removals } from './files/removals/removals.ts'
import type { FileStore } from './files/store/store.ts'
import type { Log, Outage } from './log.ts'
import type { Events } from './messages/events.ts'

/** Everything a request may use: the app's bindings (`c.env`). Made once by a runtime, closed once. */
export interface Services {
  config: Config
  /** The database that is written to; what must be current is read there too. */
  writer: Pool
  /** The replica that lists and details are read from; the writer where there is none. */
  reader: Pool
  /** Connections of their own to the same database, for what may take long: nobody's details or writes wait behind a search. */
  search: Pool
  store: FileStore
  cache: Cache
  keys: Keys
  portal: Portal
  configurationTypes: ConfigurationTypes
  /** The sender of the outbox; null: new frames are not announced, and nothing goes to the outbox. */
  events: Events | null
  /** The removal of stored files that no row names any more. */
  removals: Removals
  /** The runtime's CRC-32: its own where that is faster. */
  crc32: Crc32
  assets: Assets
  log: Log
  /** Of the database, writer and reader. */
  databaseOutage: Outage
  /** Who asks, where it is the process itself (see runtimes/node/in_process.ts); absent: whoever a request names. */
  caller?: Caller
  close(): Promise<void>
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
