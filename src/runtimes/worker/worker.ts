import { createApp } from '../../app.ts'
import { createMemoryCache } from '../../cache/memory.ts'
import { type Config, ConfigError, type DatabaseConfig, type Environment, parseConfig } from '../../config/config.ts'
import { openPostgres } from '../../database/open.ts'
import type { S3Platform } from '../../files/store/s3.ts'
import { answerOpeningError } from '../../http/error_answer.ts'
import type { Log } from '../../log.ts'
import { formatLogLine } from '../../log.ts'
import { foldDue } from '../../rollups.ts'
import { connectServices, type Services } from '../../services.ts'

/** workerd's own: a stream with a known length, which S3 requires. */
declare const FixedLengthStream: new (size: number) => ReadableWritablePair<Uint8Array, Uint8Array>
const s3: S3Platform = { upload: (body, size) => body.pipeThrough(new FixedLengthStream(size)) }

type Servers = Extract<DatabaseConfig, { kind: 'postgres' }>

const app = createApp()
const cache = createMemoryCache()
let known: { env: Environment; config: Config; database: Servers } | undefined

const write = (level: string) => (message: string, fields?: Record<string, unknown>) =>
  console.log(formatLogLine(level, message, fields))
const log: Log = { info: write('info'), warn: write('warning'), error: write('error') }

/** The configuration, parsed once. At the edge there is no file system and no embedded database. */
function configure(env: Environment): { config: Config; database: Servers } {
  if (known?.env === env) return known
  const config = parseConfig(env)
  const { database } = config
  if (database.kind === 'embedded')
    throw new ConfigError([{ variable: 'DATABASE_URL', value: null, expected: 'a PostgreSQL server to connect to' }])
  if (config.events.enabled && config.events.brokerUrl !== null)
    throw new ConfigError([
      { variable: 'QUEUE_BROKER_URL', value: null, expected: 'nothing, because a Worker sends no messages' },
    ])
  known = { env, config, database }
  return known
}

/** Only the edge of the network knows this about a request; what the client claims is dropped. */
function withEdgeHeaders(request: Request): Request {
  const headers = new Headers(request.headers)
  headers.delete('x-forwarded-host')
  headers.set('x-forwarded-proto', new URL(request.url).protocol.slice(0, -1))
  headers.set('x-forwarded-for', headers.get('cf-connecting-ip') ?? '')
  return new Request(request, { headers })
}

interface Context {
  waitUntil(work: Promise<unknown>): void
}

/** Runs `work` with services of its own: workerd lets no request use another's sockets. */
async function withServices<T>(
  env: Environment,
  context: Context,
  work: (services: Services) => Promise<T>,
): Promise<T> {
  const { config, database } = configure(env)
  const options = { openSocket: null, max: 2, prepare: database.prepare, warn: log.warn }
  const writer = openPostgres(database.writer, options)
  const reader = database.reader === database.writer ? writer : openPostgres(database.reader, options)
  const close = async () => {
    await Promise.all([...new Set([writer, reader])].map((sql) => sql.end({ timeout: 5 })))
  }
  const assets = { read: async () => null }
  try {
    const services = await connectServices(config, {
      writer,
      reader,
      search: reader,
      writerSearch: writer,
      cache,
      assets,
      log,
      files: null,
      s3,
      exchange: null,
      close,
    })
    return await work(services)
  } finally {
    context.waitUntil(close())
  }
}

export default {
  fetch: (request: Request, env: Environment, context: Context) =>
    withServices(env, context, async (services) => app.fetch(withEdgeHeaders(request), services)).catch(
      (error: Error) => {
        // the app answers its own errors: what fails here is that the services could not be put
        // together
        if (error instanceof ConfigError) throw error
        return answerOpeningError(error, log)
      },
    ),
  /** A cron trigger: what has changed is counted, and what could not be removed from the store is tried again. */
  scheduled: (_event: unknown, env: Environment, context: Context) =>
    withServices(env, context, async ({ removals, writer }) => {
      await removals.removeDue()
      await foldDue(writer)
    }),
}
