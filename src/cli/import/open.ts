import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { anonymous } from '../../../clients/typescript/credentials.ts'
import { type Config, parseConfig } from '../../config/config.ts'
import { nameServer } from '../../config/connections.ts'
import type { FileStore } from '../../files/store/store.ts'
import { apiSource } from '../../import/api/api_source.ts'
import { askingAt, openAsking } from '../../import/api/asking.ts'
import { probe } from '../../import/api/pages.ts'
import { databaseSource } from '../../import/database/database_source.ts'
import { type Source, START } from '../../import/source.ts'
import { targetElsewhere } from '../../import/target/elsewhere.ts'
import { targetHere } from '../../import/target/here.ts'
import type { Notes, Target } from '../../import/target/target.ts'
import { archiveAt } from '../../ingest/deliver/archive.ts'
import { calmLog } from '../../ingest/deliver/calm_log.ts'
import { type Address, remoteAddress } from '../../ingest/deliver/http.ts'
import type { Log } from '../../log.ts'
import * as settings from '../../queries/settings.ts'
import { UsageError } from '../command.ts'
import { archiveHere, openServicesHere, type Setting } from '../ingest/open.ts'
import type { ImportOptions } from './options.ts'

/** Opens the archive that frames are taken from. */
export async function openSource(options: ImportOptions, log: Log, signal: AbortSignal): Promise<Source> {
  const { from, query, filters, concurrency, rate, patienceMs } = options
  if (from.kind === 'api') {
    const asking = openAsking(from.root, from.token, { concurrency, rate, patienceMs }, log)
    const abilities = await probe(asking, signal)
    const own = filters.find(({ name }) => /__|^modified|^box$|^cone$/.test(name))
    if (!abilities.byId && own)
      throw new UsageError(`${asking.name} does not know the filter ${own.parameter}, and would give everything`)
    return apiSource(asking, abilities, query)
  }
  const env = { ...process.env, DATABASE_URL: from.url, DATABASE_READER_URL: undefined }
  const { database } = parseConfig(env)
  if (database.kind !== 'postgres') throw new UsageError('--database is postgres://USER:PASSWORD@HOST:PORT/DATABASE')
  const { openPostgres } = await import('../../database/open.ts')
  const { openPgSocket } = await import('../../runtimes/node/pg_socket.ts')
  const sql = openPostgres(database.writer, {
    openSocket: openPgSocket,
    prepare: database.prepare,
    max: 2,
    statementTimeoutMs: 600_000,
    deadlineMs: null,
  })
  const store = options.files === 'copy' ? await openSourceStore(from.store, log) : null
  return databaseSource({ sql, name: nameServer(database.writer), store, filters, patienceMs, log, signal })
}

/** Where the files of another archive's database are. */
async function openSourceStore(
  from: { directory: string } | { bucket: string } | null,
  log: Log,
): Promise<FileStore | null> {
  if (from === null) return null
  const { openStore } = await import('../../runtimes/node/server.ts')
  const own = process.env
  const env =
    'directory' in from
      ? {
          ...own,
          FILESTORE_TYPE: 'local',
          FILESYSTEM_STORAGE_ROOT_DIR: from.directory,
          FILESYSTEM_STORAGE_BASE_URL: undefined,
        }
      : {
          ...own,
          FILESTORE_TYPE: 's3',
          BUCKET: from.bucket,
          S3_ENDPOINT_URL: own.IMPORT_S3_ENDPOINT_URL ?? own.S3_ENDPOINT_URL,
          AWS_ACCESS_KEY_ID: own.IMPORT_AWS_ACCESS_KEY_ID ?? own.AWS_ACCESS_KEY_ID,
          AWS_SECRET_ACCESS_KEY: own.IMPORT_AWS_SECRET_ACCESS_KEY ?? own.AWS_SECRET_ACCESS_KEY,
          AWS_DEFAULT_REGION: own.IMPORT_AWS_DEFAULT_REGION ?? own.AWS_DEFAULT_REGION,
        }
  return openStore(parseConfig(env), calmLog(log))
}

/** What tells one import from another: the source, and what of it is wanted. */
const nameOf = ({ from, query, versions, files }: ImportOptions): string => {
  const source = from.kind === 'api' ? from.root : from.url.replace(/^\w+:\/\/(.*@)?/, '')
  const what = JSON.stringify([source, [...query].toSorted(), versions, files])
  return `import:${createHash('sha256').update(what).digest('hex').slice(0, 32)}`
}

/** Opens the archive that frames are taken over into, and its store. */
export async function openTarget(
  options: ImportOptions,
  { config, remote }: Setting,
  log: Log,
): Promise<{ target: Target; store: FileStore; close(): Promise<void> }> {
  const name = nameOf(options)
  if (remote) {
    const { openStore } = await import('../../runtimes/node/server.ts')
    const store = await openStore(config, calmLog(log))
    const address = remoteAddress(remote.apiRoot, remote.token)
    const walk = walkOf(address, options, log)
    const notes = fileNotes(config, `${name.replace(':', '-')}-${digestOf(address.root)}.json`)
    return {
      target: targetElsewhere(address, archiveAt(address, options.announced), notes, walk),
      store,
      close: async () => store.close?.(),
    }
  }
  const services = await openServicesHere(config, log)
  const { inProcess } = await import('../../runtimes/node/in_process.ts')
  const { writer } = services
  const notes: Notes = { get: () => settings.get(writer, name), put: (value) => settings.put(writer, name, value) }
  const fetch = inProcess(services)
  const address = { name: 'the database', root: 'http://127.0.0.1/', credentials: anonymous, fetch }
  const walk = walkOf(address, options, log)
  const events = options.announced === 'announced' ? services.events : null
  return {
    target: targetHere({ ...services, events }, archiveHere(services, fetch), notes, walk),
    store: services.store,
    close: () => services.close(),
  }
}

/** The frames of a Platestack that the filters of the import match. */
function walkOf(address: Address, { query, patienceMs }: ImportOptions, log: Log): Target['walk'] {
  const here = apiSource(askingAt(address, patienceMs, log), { byId: true }, query)
  return (signal) => here.walk({ after: START, since: null }, signal)
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Notes on this machine, of an archive whose database is not to be reached from here. */
function fileNotes({ dataDir }: Config, name: string): Notes {
  const folder = join(dataDir, 'imports')
  const path = join(folder, name)
  return {
    async get() {
      const text = await readFile(path, 'utf8').catch(() => 'null')
      return JSON.parse(text)
    },
    async put(value) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(`${path}.new`, JSON.stringify(value), { mode: 0o600 })
      await rename(`${path}.new`, path)
    },
  }
}
