import type { Config } from '../config/config.ts'
import { nameServer } from '../config/connections.ts'
import { nameDatabase } from './explain.ts'

/** What an archive consists of, for the log: without users, passwords and keys. */
export function describeParts({ database, files, s3, events, cache, portal }: Config): Record<string, string> {
  const hasReader = database.kind === 'postgres' && database.reader !== database.writer
  return {
    database: nameDatabase(database),
    ...(hasReader && { reader: nameServer(database.reader) }),
    files: {
      dummy: 'dummy',
      local: `local, in ${files.root}`,
      s3: `s3, bucket ${s3.bucket} of ${s3.endpoint ?? `AWS in ${s3.region}`}`,
    }[files.kind],
    broker:
      events.enabled && events.brokerUrl !== null
        ? `${events.brokerUrl.split(';').map(hostAndPath).join('; ')}, ${events.exchange}`
        : 'none',
    cache: cache.kind === 'memory' ? 'memory' : cache.servers.map(({ host, port }) => `${host}:${port}`).join(', '),
    portal: portal.source === 'defaults' ? 'none' : hostAndPath(portal.profileUrl),
  }
}

/** Host and path of a URL. */
function hostAndPath(address: string): string {
  const { host, pathname } = new URL(address)
  return host + pathname.replace(/\/$/, '')
}
