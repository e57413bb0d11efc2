import type postgres from 'postgres'
import { deriveKeys, newSecretKey } from './auth/keys.ts'
import { connectPortal } from './auth/portal.ts'
import type { Cache } from './cache/cache.ts'
import type { Config } from './config.ts'
import { configurationTypes } from './configuration_types.ts'
import { drainOutbox } from './events/drain.ts'
import type { Exchange } from './events/events.ts'
import * as settings from './queries/settings.ts'
import type { Assets, Log, Services } from './services.ts'
import { type Directory, localStore } from './store/local.ts'
import { dummyStore, type FileStore } from './store/store.ts'

/** What only a runtime can give: its connections, its file system, its log. */
export interface Platform {
  writer: postgres.Sql
  reader: postgres.Sql
  cache: Cache
  /** The local store's root; null where the runtime has no file system. */
  files: Directory | null
  /** Where new frames are announced; null: nowhere. */
  exchange: Exchange | null
  assets: Assets
  log: Log
  close(): Promise<void>
}

/** The configured SECRET_KEY, or the one that was made once and is kept in the database. */
export const secretKeyOf = async (config: Config, sql: postgres.Sql): Promise<string> =>
  config.secretKey ?? settings.putOnce(sql, 'secret_key', newSecretKey())

/** Puts the services together. The database has to be migrated. */
export async function connect(config: Config, platform: Platform): Promise<Services> {
  const { writer, reader, cache, assets, log } = platform
  const keys = await deriveKeys(await secretKeyOf(config, writer))
  const events = platform.exchange && drainOutbox(writer, platform.exchange, log)
  return {
    config,
    writer,
    reader,
    cache,
    keys,
    assets,
    log,
    close: async () => {
      await events?.close()
      await platform.close()
    },
    store: openStore(config, platform.files, keys),
    portal: connectPortal(config.portal),
    configurationTypes: configurationTypes(config, writer, log),
    events,
  }
}

function openStore({ files }: Config, directory: Directory | null, keys: Services['keys']): FileStore {
  if (files.kind === 'dummy') return dummyStore
  if (files.kind === 's3') throw new Error('FILESTORE_TYPE=s3 is not possible yet: use local or dummy')
  if (!directory) throw new Error('FILESTORE_TYPE=local needs a file system, which this runtime does not have')
  return localStore(directory, files.baseUrl, keys)
}
