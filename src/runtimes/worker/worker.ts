import { createApp } from '../../app.ts'
import { createMemoryCache } from '../../cache/memory.ts'
import { ConfigError } from '../../config/config.ts'
import { ArchiveError } from '../../errors.ts'
import type { S3Platform } from '../../files/store/s3.ts'
import { answerOpeningError } from '../../http/error_answer.ts'
import { formatLogLine, type Log } from '../../log.ts'
import { foldDue } from '../../rollups.ts'
import { connectServices, type Services } from '../../services.ts'
import { openBody, watchAnswer } from './bodies.ts'
import { configure } from './configure.ts'
import { type Connections, openConnections, standIns, withConnections } from './connections.ts'
import { openAssets } from './page_assets.ts'
import { type Bindings, bytePipe, type Context } from './platform.ts'

// S3 takes no upload without its length
const s3: S3Platform = { upload: (body, size) => body.pipeThrough(bytePipe(size)) }

const write = (level: string) => (message: string, fields?: Record<string, unknown>) =>
  console.log(formatLogLine(level, message, fields))
const log: Log = { info: write('info'), warn: write('warning'), error: write('error') }

const app = createApp()
const cache = createMemoryCache()
let kept: { bindings: Bindings; services: Services } | undefined

/**
 * The services, made once in an isolate. Requests that come meanwhile make their own: none may wait
 * for what another has begun.
 */
async function openServices(bindings: Bindings): Promise<Services> {
  if (kept?.bindings === bindings) return kept.services
  const { config } = configure(bindings)
  const { writer, reader } = standIns
  const services = await connectServices(config, {
    writer,
    reader,
    search: reader,
    writerSearch: writer,
    cache,
    assets: openAssets(bindings),
    log,
    files: null,
    s3,
    exchange: null,
    probes: false,
    close: async () => {},
  })
  kept = { bindings, services }
  return services
}

/**
 * Runs `work` with the services of the isolate on connections of its own. They are closed when what
 * `work` says is over.
 */
async function withServices<T>(
  bindings: Bindings,
  context: Context,
  work: (services: Services) => Promise<{ result: T; over: Promise<void> }>,
): Promise<T> {
  const connections = openConnections(configure(bindings).database, log)
  const over = withConnections(connections, async () => work(onConnections(await openServices(bindings), connections)))
  // also when the client leaves: what was begun is finished
  context.waitUntil(
    over
      .then((done) => done.over)
      .catch(() => {})
      .finally(connections.close),
  )
  return (await over).result
}

const onConnections = (services: Services, { writer, reader }: Connections): Services => ({
  ...services,
  writer,
  reader,
  search: reader,
  writerSearch: writer,
})

/**
 * The request as the app believes it: only the edge of the network knows who sends it; what the
 * client claims is dropped.
 */
function fromEdge(request: Request, body: ReadableStream<Uint8Array> | null): Request {
  const headers = new Headers(request.headers)
  headers.delete('x-forwarded-host')
  headers.delete('x-zip-module')
  headers.set('x-forwarded-proto', new URL(request.url).protocol.slice(0, -1))
  headers.set('x-forwarded-for', headers.get('cf-connecting-ip') ?? '')
  return new Request(request, body ? ({ headers, body, duplex: 'half' } as RequestInit) : { headers })
}

async function answer(request: Request, bindings: Bindings, context: Context): Promise<Response> {
  const body = request.body && openBody(request.body)
  const answered = withServices(bindings, context, async (services) => {
    const made = await app.fetch(fromEdge(request, body?.stream ?? null), services)
    const { answer, sent } = watchAnswer(made)
    return { result: answer, over: sent }
  }).catch((error: Error) => {
    // the app answers its own errors: what fails here is that the services could not be put
    // together
    if (!(error instanceof ConfigError)) return answerOpeningError(error, log)
    log.error(error.message)
    return answerOpeningError(new ArchiveError('internal'), log)
  })
  await answered
  await body?.drain()
  return answered
}

export default {
  fetch: answer,
  /** A cron trigger: what has changed is counted, and what could not be removed from the store is tried again. */
  scheduled: (_event: unknown, bindings: Bindings, context: Context) =>
    withServices(bindings, context, async ({ removals, writer }) => {
      await removals.removeDue()
      await foldDue(writer)
      return { result: undefined, over: Promise.resolve() }
    }),
}
