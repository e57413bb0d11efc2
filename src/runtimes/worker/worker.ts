import { formatRequestLine, logRequests } from '../../access_log.ts'
import { createApp } from '../../app.ts'
import { createMemoryCache } from '../../cache/memory.ts'
import { ConfigError } from '../../config/config.ts'
import { ArchiveError } from '../../errors.ts'
import type { S3Platform } from '../../files/store/s3.ts'
import { openFetch } from '../../files/store/s3_fetch.ts'
import { REQUEST_ID } from '../../http/answer_headers.ts'
import { answerOpeningError } from '../../http/error_answer.ts'
import { formatLogLine, type Log } from '../../log.ts'
import { foldDue } from '../../rollups.ts'
import { connectServices, type Services, servicesByRequest } from '../../services.ts'
import { openAccount, type RequestAccount, type RequestListener } from '../../telemetry.ts'
import { type Announce, openAnnouncing } from './announcing.ts'
import { openBody, watchAnswer } from './bodies.ts'
import { openBucket } from './bucket.ts'
import { configure } from './configure.ts'
import { openConnections, standIns, withConnections } from './connections.ts'
import { findKept, keep } from './edge_cache.ts'
import { openAssets } from './page_assets.ts'
import { type Bindings, bytePipe, type Context } from './platform.ts'

// S3 takes no upload without its length
const s3: S3Platform = { open: openFetch, upload: (body, size) => body.pipeThrough(bytePipe(size)) }

const write = (level: string) => (message: string, fields?: Record<string, unknown>) =>
  console.log(formatLogLine(level, message, fields))
const log: Log = {
  info: write('info'),
  warn: write('warning'),
  error: write('error'),
  request: (record) => console.log(formatRequestLine(record)),
}

const app = createApp()
const cache = createMemoryCache()
/** An isolate has no clock until its first request. */
const started = new Date()
let kept: Isolate | undefined

/** What an isolate keeps. */
interface Isolate {
  bindings: Bindings
  services: Services
  announce: Announce | null
}

/**
 * The services, made once in an isolate. Requests that come meanwhile make their own: none may wait
 * for what another has begun.
 */
async function openIsolate(bindings: Bindings): Promise<Isolate> {
  if (kept?.bindings === bindings) return kept
  const { config } = configure(bindings)
  const { writer, reader } = standIns
  const services = await connectServices(config, {
    writer,
    reader,
    search: reader,
    writerSearch: writer,
    cache,
    assets: openAssets(bindings),
    about: { runtime: 'workerd', pid: null, started, workers: 1, worker: 1, settings: {} },
    log,
    files: bindings.FILES ? openBucket(bindings.FILES) : null,
    s3,
    exchange: null,
    probes: false,
    close: async () => {},
  })
  kept = { bindings, services, announce: openAnnouncing(config, log) }
  return kept
}

/** What a request does, once it has services: its result, and when all of it is over. */
type Work<T> = (services: Services, announce: Announce) => Promise<{ result: T; over: Promise<unknown> }>

/**
 * Does `work` with the services of the isolate, on connections of its own, which are closed when it
 * is over.
 */
async function withServices<T>(bindings: Bindings, context: Context, work: Work<T>): Promise<T> {
  const connections = openConnections(configure(bindings).database, log)
  const { writer, reader, close } = connections
  /** What is to be done beside the answer. */
  const later: Promise<void>[] = []
  const begun = withConnections(connections, async () => {
    const { services, announce } = await openIsolate(bindings)
    const wake = () => void later.push(announce!(writer))
    const events = announce && { wake, close: async () => {} }
    const own = { ...services, writer, reader, search: reader, writerSearch: writer, events }
    return work(own, announce ?? (async () => {}))
  })
  // when the client leaves, too: what was begun is finished
  const over = begun.then((done) => done.over).then(() => Promise.all(later))
  context.waitUntil(over.catch(() => {}).finally(close))
  return (await begun).result
}

/**
 * The request as the app believes it: only the edge of the network knows who sends it; what the
 * client claims is dropped.
 */
function fromEdge(request: Request, body: ReadableStream<Uint8Array> | null): Request {
  const headers = new Headers(request.headers)
  headers.delete('x-forwarded-host')
  headers.delete('x-zip-module')
  headers.set('x-forwarded-proto', request.url.slice(0, request.url.indexOf(':')))
  headers.set('x-forwarded-for', headers.get('cf-connecting-ip') ?? '')
  // a copy does not know by itself that its client has left
  const { signal } = request
  return new Request(request, body ? ({ headers, signal, body, duplex: 'half' } as RequestInit) : { headers, signal })
}

/** Who is told of requests; nobody while the configuration is wrong, which is logged by itself. */
function listenersOf(bindings: Bindings): RequestListener[] {
  try {
    return configure(bindings).config.accessLog ? [logRequests(log.request!)] : []
  } catch {
    return []
  }
}

/** Answers a request, and tells of it. An answer that it did not make itself lacks the request's id. */
async function answer(request: Request, bindings: Bindings, context: Context): Promise<Response> {
  const { headers, method, url } = request
  const account = openAccount((name) => headers.get(name), method, url, listenersOf(bindings))
  const found = await findKept(request)
  const made = found ?? (await makeAnswer(request, bindings, context, account))
  // those that are sent as they are made are over later
  if (found || !account.isStreamed) account.end(made.status, account.bytes, 'whole')
  if (made.headers.has(REQUEST_ID)) return made
  const identified = new Response(made.body, made)
  identified.headers.set(REQUEST_ID, account.id)
  return identified
}

async function makeAnswer(
  request: Request,
  bindings: Bindings,
  context: Context,
  account: RequestAccount,
): Promise<Response> {
  const body = request.body && openBody(request.body)
  const answered = withServices(bindings, context, async (services) => {
    const own = servicesByRequest(services)(account)
    const { answer, sent } = watchAnswer(await app.fetch(fromEdge(request, body?.stream ?? null), own), account)
    return { result: answer, over: sent }
  }).catch((error: Error) => {
    // the app answers its own errors: what fails here is that the services could not be put
    // together
    if (!(error instanceof ConfigError)) return answerOpeningError(error, log)
    log.error(error.message)
    return answerOpeningError(new ArchiveError('internal'), log)
  })
  const made = await answered
  await body?.drain()
  keep(request, made, context)
  return made
}

/**
 * A run of the cron trigger: what new frames have left in the outbox is sent, what could not be
 * removed from the store is tried again, and what has changed is counted.
 */
const runScheduled = (_event: unknown, bindings: Bindings, context: Context): Promise<void> =>
  withServices(bindings, context, async ({ removals, writer }, announce) => {
    await announce(writer)
    await removals.removeDue()
    await foldDue(writer)
    return { result: undefined, over: Promise.resolve() }
  })

export default { fetch: answer, scheduled: runScheduled }
