import { deriveKeys, newSecretKey } from './auth/keys.ts'
import { openKeys } from './auth/open_keys.ts'
import { connectPortal } from './auth/portal.ts'
import type { Cache } from './cache/cache.ts'
import type { Config } from './config/config.ts'
import { configurationTypes } from './configuration_types.ts'
import { type Crc32, crc32 } from './crc32.ts'
import type { Pool } from './database/open.ts'
import { removals } from './files/removals/removals.ts'
import { type Directory, localStore, type Md5 } from './files/store/local.ts'
import { type S3Platform, s3Store } from './files/store/s3.ts'
import { dummyStore, type FileStore } from './files/store/store.ts'
import type { Log } from './log.ts'
import { trackOutage } from './log.ts'
import { drainOutbox } from './messages/drain.ts'
import type { Exchange } from './messages/events.ts'
import { ping } from './queries/ping.ts'
import type { Assets, Services } from './services.ts'

/** What a runtime gives for the files. */
export interface FilesPlatform {
  /** The local store's root; null where the runtime has no file system. */
  files: Directory | null
  /** What the runtime does better for S3 than the Web's APIs. */
  s3?: S3Platform
  /** The runtime's MD5, where it has a faster one than ours. */
  md5?: () => Md5
  log: Log
}

/** What only a runtime can give: its connections, its file system, its log. */
export interface Platform extends FilesPlatform {
  writer: Pool
  reader: Pool
  search: Pool
  cache: Cache
  /** Where new frames are announced; null: nowhere. */
  exchange: Exchange | null
  /** The runtime's CRC-32, where it has a faster one than ours. */
  crc32?: Crc32
  assets: Assets
  close(): Promise<void>
}

/**
 * Puts the services together. The database has to be migrated.
 * @throws WrongKey when its tokens are kept under another SECRET_KEY
 */
export async function connect(config: Config, platform: Platform): Promise<Services> {
  const { writer, reader, search, cache, assets, log } = platform
  const keys = await openKeys(config, writer)
  const store = { ...(await openStore(config, platform, keys)), classes: config.files.classOverrides }
  const events = platform.exchange && drainOutbox(writer, platform.exchange, log)
  const databaseOutage = trackOutage(log, 'the database cannot be reached', 'the database is back', () =>
    Promise.all([...new Set([writer, reader])].map(ping)),
  )
  return {
    config,
    writer,
    reader,
    search,
    cache,
    keys,
    crc32: platform.crc32 ?? crc32,
    assets,
    log,
    databaseOutage,
    close: async () => {
      await events?.close()
      store.close?.()
      await platform.close()
    },
    store,
    portal: connectPortal(config.portal, log),
    configurationTypes: configurationTypes(config, writer, log),
    events,
    removals: removals({ writer, store, log, databaseOutage }),
  }
}

/** The file store without an archive: for an ingester that speaks to one elsewhere. Its URLs are signed with a key that no archive has. */
export const openFileStore = async (config: Config, platform: FilesPlatform): Promise<FileStore> => ({
  ...(await openStore(config, platform, await deriveKeys(newSecretKey()))),
  classes: config.files.classOverrides,
})

async function openStore({ files, s3 }: Config, platform: FilesPlatform, keys: Services['keys']): Promise<FileStore> {
  if (files.kind === 'dummy') return dummyStore
  if (files.kind === 's3') return s3Store(s3, platform.log, platform.s3)
  if (!platform.files) throw new Error('FILESTORE_TYPE=local needs a file system, which this runtime does not have')
  return localStore(platform.files, files.baseUrl, keys, platform.md5)
}
