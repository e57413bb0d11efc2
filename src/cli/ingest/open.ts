import { join } from 'node:path'
import { anonymous } from '../../../clients/typescript/credentials.ts'
import { type Config, parseConfig } from '../../config/config.ts'
import type { FileStore } from '../../files/store/store.ts'
import { type Archive, archiveAt } from '../../ingest/deliver/archive.ts'
import { calmLog } from '../../ingest/deliver/calm_log.ts'
import { type Address, remoteAddress } from '../../ingest/deliver/http.ts'
import type { Runs } from '../../ingest/deliver/leftovers.ts'
import { proposalTags } from '../../ingest/deliver/tags.ts'
import type { ProposalTags, Rules } from '../../ingest/describe/description.ts'
import { type Ingester, openIngester } from '../../ingest/ingest.ts'
import type { Log } from '../../log.ts'
import { InUse } from '../../runtimes/embedded/directory_lock.ts'
import { secureDataDirectory } from '../../runtimes/node/private_files.ts'
import type { Services } from '../../services.ts'
import { CommandError, UsageError } from '../command.ts'
import { openMigrated } from '../open.ts'
import { fileFault } from './file.ts'
import type { GivenMetadata } from './metadata.ts'
import type { IngestOptions } from './options.ts'
import { type NotedRun, noteRun } from './runs.ts'
import { checking, digestPlatform, ingesting, rehearsing, type Work } from './work.ts'

/** What a run of `platestack ingest` goes by, from its options and the environment. */
export interface Setting {
  config: Config
  /** Null: the configured database. */
  remote: { apiRoot: string; token: string } | null
  rules: Rules
}

/** Throws UsageError and ConfigError. The token is in no message. */
export function settingOf(options: Pick<IngestOptions, 'apiRoot' | 'authToken' | 'mode'>): Setting {
  const config = parseConfig(process.env)
  const apiRoot = options.apiRoot ?? config.ingest.apiRoot
  const rules = { ...config.ingest, classOverrides: config.files.classOverrides }
  if (options.mode === 'dry-run') return { config, remote: null, rules }
  if (apiRoot === null) {
    if (options.authToken !== null) throw new UsageError('--auth-token goes with --api-root')
    return { config, remote: null, rules }
  }
  const token = options.authToken ?? config.ingest.authToken
  if (!token) throw new UsageError(`${apiRoot}/ wants a token: give it by AUTH_TOKEN or --auth-token`)
  if (options.mode !== 'check' && !process.env.FILESTORE_TYPE?.trim() && !isHere(apiRoot))
    throw new UsageError(
      `say where the archive at ${apiRoot}/ keeps its files, which is where they are put: set FILESTORE_TYPE (s3 with BUCKET, or local with FILESYSTEM_STORAGE_ROOT_DIR)`,
    )
  return { config, remote: { apiRoot, token }, rules }
}

/** Only there the default store, ./data, may be the archive's own. */
const isHere = (apiRoot: string): boolean => /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(apiRoot).hostname)

const tagsOf = ({ config }: Setting): ProposalTags => proposalTags(config.ingest.tags)

interface Opened {
  archive: Archive
  store: FileStore
  close(): Promise<void>
}

/**
 * The archive that files go to, and where they are stored. Throws CommandError where the database
 * is not to be had.
 */
async function openArchive({ config, remote }: Setting, log: Log): Promise<Opened> {
  if (remote) {
    const { openStore } = await import('../../runtimes/node/server.ts')
    secureDataDirectory(config, false, (line) => log.info(line))
    const store = await openStore(config, calmLog(log))
    const archive = archiveAt(remoteAddress(remote.apiRoot, remote.token))
    return { archive, store, close: async () => store.close?.() }
  }
  const services = await openServicesHere(config, log)
  const { inProcess } = await import('../../runtimes/node/in_process.ts')
  return { archive: archiveHere(services, inProcess(services)), store: services.store, close: () => services.close() }
}

/** The services of the configured database. @throws CommandError where an archive has it open */
export async function openServicesHere(config: Config, log: Log): Promise<Services> {
  const { openServices } = await import('../../runtimes/node/server.ts')
  if (config.database.kind === 'embedded') log.info(`opening the embedded database in ${config.dataDir}`)
  const database = await openMigrated(config, (line) => log.info(line)).catch((error) => {
    if (!(error instanceof InUse)) throw error
    throw new CommandError(
      `${error.message}. Or, if that is the archive, go through it: --api-root ${addressHere(config)} and --auth-token with the token that platestack token admin prints`,
    )
  })
  try {
    return await openServices(config, database, calmLog(log))
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Where an archive on the configured database would answer on this machine. */
const addressHere = ({ http }: Config): string => `http://127.0.0.1:${http.port}/`

/** The configured database as an archive. @param fetch asks its app in this process */
export function archiveHere(services: Services, fetch: Address['fetch']): Archive {
  const { config, removals, writer } = services
  const address = { name: 'the database', root: addressHere(config), credentials: anonymous, fetch }
  return { ...archiveAt(address), removeLater: async (file) => void (await removals.note(writer, [file])) }
}

function openEngine(
  setting: Setting,
  { archive, store }: Opened,
  runs: Runs | null,
  patienceMs: number,
  log: Log,
): Ingester {
  if (setting.config.files.kind === 'dummy')
    log.warn('FILESTORE_TYPE is dummy: records are made, and no file is stored')
  const { rules } = setting
  if (rules.tags?.apiToken === null)
    log.warn('proposals have no tags: OBSERVATION_PORTAL_BASE_URL is set, and OBSERVATION_PORTAL_API_TOKEN is not')
  return openIngester({ archive, store, rules, tags: tagsOf(setting), platform: digestPlatform, runs, patienceMs, log })
}

/**
 * Notes that a run into a bucket begins, so that the next one may remove what it leaves there;
 * null: there is no bucket, or nowhere to note it.
 */
export async function beginRun({ config, remote }: Setting, log: Log): Promise<NotedRun | null> {
  if (config.files.kind !== 's3') return null
  const { endpoint, bucket } = config.s3
  const folder = join(config.dataDir, 'ingest-runs')
  return noteRun(folder, [remote?.apiRoot ?? config.database, endpoint, bucket]).catch((error) => {
    log.info(
      'uploads without a record, should this run be interrupted, will stay in the bucket: the run could not be noted',
      {
        folder,
        reason: fileFault(error),
      },
    )
    return null
  })
}

/** What the mode asks for, and what has to be closed after it. */
export async function openWork(
  options: IngestOptions,
  setting: Setting,
  metadata: GivenMetadata,
  log: Log,
): Promise<{ work: Work; close(): Promise<void> }> {
  if (options.mode === 'dry-run')
    return { work: rehearsing(setting.rules, tagsOf(setting), metadata), close: async () => {} }
  const archive = await openArchive(setting, log)
  if (options.mode === 'check') return { work: checking(archive.archive), close: archive.close }
  const run = await beginRun(setting, log)
  const ingester = openEngine(setting, archive, run, options.patienceMs, log)
  const close = async () => {
    if (!ingester.unsettled()) await run?.end()
    await archive.close()
  }
  return { work: ingesting(ingester, metadata), close }
}
