import { randomUUID } from 'node:crypto'
import type { Config, Environment } from '../../config/config.ts'
import { type Check, type Finding, ok, warning } from '../../doctor/finding.ts'
import { silent } from '../../log.ts'
import { describeParts } from '../describe_parts.ts'
import { databaseChecks } from './database.ts'
import { checkDirectory } from './directory.ts'

/**
 * The checks of everything that is configured. Drivers are loaded by those that need them.
 * @param writes whether to store a file and take it out again
 */
export function allChecks(config: Config, writes: boolean): { checks: Check[]; close(): Promise<void> } {
  const { files, events, cache, portal, configurationTypes, dataDir } = config
  const { checks, close } = databaseChecks(config)
  const isInside = files.kind === 'local' && files.root.startsWith(`${dataDir}/`)
  if (config.database.kind === 'embedded' || isInside)
    checks.push({
      subject: 'data directory',
      name: dataDir,
      run: () => checkDirectory('data directory', dataDir, files.baseUrl === null),
    })
  if (files.kind === 'local')
    checks.push({ subject: 'files', name: files.root, run: () => checkDirectory('files', files.root, false) })
  if (files.kind === 's3') checks.push(s3Check(config))
  if (writes && files.kind !== 'dummy')
    checks.push({ subject: 'files', name: 'a file', moreMs: 60_000, run: () => tryFile(config) })
  const brokers = events.enabled ? (events.brokerUrl?.split(';') ?? []) : []
  for (const [i, brokerUrl] of brokers.entries())
    checks.push({
      subject: 'messages',
      name: brokers.length > 1 ? `broker ${i + 1} of QUEUE_BROKER_URL` : describeParts(config).broker!,
      advice:
        'Check QUEUE_BROKER_URL (user, password, virtual host), and whether the broker runs. Until it answers, messages wait in the outbox.',
      run: async () => (await import('../../doctor/broker.ts')).checkBroker(brokerUrl, events.exchange),
    })
  if (cache.kind === 'memcached')
    checks.push({
      subject: 'cache',
      name: 'Memcached',
      run: async () => (await import('../../doctor/cache.ts')).checkCache(cache.servers),
    })
  if (portal.source === 'environment')
    checks.push({
      subject: 'portal',
      name: describeParts(config).portal!,
      advice: 'See OAUTH_PROFILE_URL and OAUTH_TOKEN_URL, and that the portal runs. Without it nobody new can sign in.',
      run: async () => (await import('../../doctor/http.ts')).checkPortal(portal),
    })
  const { configdbUrl } = configurationTypes
  if (configdbUrl !== null)
    checks.push({
      subject: 'configdb',
      name: configdbUrl,
      advice: 'See CONFIGDB_URL. Until it answers, the configuration types last known are accepted.',
      run: async () => (await import('../../doctor/http.ts')).checkConfigdb(configdbUrl),
    })
  return { checks, close }
}

function s3Check({ s3 }: Config): Check {
  return {
    subject: 'files',
    name: s3.endpoint ?? `AWS in ${s3.region}`,
    advice: 'See S3_ENDPOINT_URL and AWS_DEFAULT_REGION, and that the server runs.',
    async run() {
      const [{ s3Platform }, { checkBucket }, { checkStoreClock }] = await Promise.all([
        import('../../runtimes/node/s3.ts'),
        import('../../doctor/store.ts'),
        import('../../doctor/http.ts'),
      ])
      const api = await s3Platform.open(s3)
      const found = await checkBucket(api, s3)
      // that it does not answer has been said
      return [...found, ...(await checkStoreClock(api.location.origin).catch(() => []))]
    },
  }
}

async function tryFile(config: Config): Promise<Finding[]> {
  const [{ checkWriting }, { openStore }] = await Promise.all([
    import('../../doctor/store.ts'),
    import('../../runtimes/node/server.ts'),
  ])
  const store = await openStore(config, silent)
  try {
    return await checkWriting(store, randomUUID())
  } finally {
    store.close?.()
  }
}

/** What is worth saying of a configuration without mistakes. */
export function describeConfig(config: Config, env: Environment): Finding[] {
  const found = [ok('configuration', 'no mistakes')]
  const isGiven = (name: string) => Boolean(env[name]?.trim())
  const ignored = ['DB_HOST_READER', 'DB_PORT_READER'].filter(isGiven)
  if (isGiven('DATABASE_URL') && !isGiven('DATABASE_READER_URL') && ignored.length)
    found.push(
      warning(
        'configuration',
        `${ignored.join(' and ')} ${ignored.length === 1 ? 'is' : 'are'} ignored because DATABASE_URL is set: no replica is used`,
        'Set DATABASE_READER_URL to the replica, or use DB_HOST in place of DATABASE_URL.',
      ),
    )
  if (config.debug)
    found.push(warning('configuration', 'DEBUG is on: errors and logs reveal more than they should', 'Unset DEBUG.'))
  if (config.files.kind === 'dummy')
    found.push(
      warning(
        'files',
        'FILESTORE_TYPE is dummy: files are neither stored nor served',
        'Set FILESTORE_TYPE to s3 or local, unless only records are kept.',
      ),
    )
  return found
}
