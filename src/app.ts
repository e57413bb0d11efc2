import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { identify } from './auth/identify.ts'
import { ANONYMOUS, type Caller } from './caller.ts'
import { Abandoned } from './database/faults.ts'
import { isRace } from './database/races.ts'
import { ArchiveError, databaseFault, errorHeaders } from './errors.ts'
import { networkOf } from './http/address.ts'
import { completeHeaders } from './http/answer_headers.ts'
import { methodsOf, routerPath } from './http/methods.ts'
import type { Env, RequestContext } from './http/operation.ts'
import { originOf, sessionOf } from './http/session.ts'
import { throttle } from './http/throttle.ts'
import type { Log } from './log.ts'
import { logFault } from './log.ts'
import { operations } from './routes/index.ts'
import type { Services } from './services.ts'

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** What a browser asks before it lets a page of another origin send a request. */
const preflight = cors({
  origin: '*',
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  maxAge: 86_400,
})

/** `/frames` and `/frames.json` are `/frames/`; files keep the name they have. */
function routedPath(path: string): string {
  if (path.endsWith('/') || path.startsWith('/files/') || path.startsWith('/docs/') || path.startsWith('/redoc/'))
    return path
  if (path === '/robots.txt') return path
  return `${path.endsWith('.json') ? path.slice(0, -5) : path}/`
}

/** Path and query as they were sent. */
function targetOf({ url }: Request): { path: string; search: string } {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  const query = url.indexOf('?', start)
  return query === -1
    ? { path: url.slice(start), search: '' }
    : { path: url.slice(start, query), search: url.slice(query) }
}

const pathOf = (request: Request): string => {
  const { path } = targetOf(request)
  try {
    return path.includes('%') ? decodeURIComponent(path) : path
  } catch {
    return path
  }
}

const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i

/** Scheme and host that the client used. A host that is none would make addresses of ours that lead elsewhere. */
function baseOf({ req }: RequestContext): string {
  const host = req.header('x-forwarded-host')?.split(',')[0]?.trim() ?? req.header('host')
  if (!host) return new URL(req.url).origin
  const scheme = req.header('x-forwarded-proto')?.split(',')[0]?.trim() ?? req.url.slice(0, req.url.indexOf(':'))
  const base = `${scheme === 'https' ? 'https' : 'http'}://${host}`
  if (!HOST.test(host) || !URL.canParse(base)) throw new ArchiveError('bad_request', 'Invalid Host header.')
  return base
}

/**
 * The archive as a web application. `app.fetch(request, services)` answers a request; nothing here knows an environment, a file system
 * or a runtime. X-Forwarded-* headers are believed: the runtime takes them off where they come from a stranger.
 */
export function createApp(): Hono<Env> {
  const app = new Hono<Env>({ getPath: (request) => routedPath(pathOf(request)) })

  app.use(async (c, next) => {
    await next()
    // front ends post the form of a ZIP into a frame
    completeHeaders(c.res.headers, { framed: c.req.path === '/frames/zip/' })
  })

  app.use(async (c, next) => {
    const { req } = c
    const path = pathOf(req.raw)
    // what begins with two slashes is, to a browser, the address of another host
    if ((req.method === 'GET' || req.method === 'HEAD') && routedPath(path) === `${path}/` && !/^[/\\]{2}/.test(path)) {
      const sent = targetOf(req.raw)
      return c.redirect(`${sent.path}/${sent.search}`, 301)
    }
    c.set('base', baseOf(c))
    if (req.method === 'OPTIONS' && req.header('access-control-request-method')) return preflight(c, next)
    await next()
  })

  app.use(async (c, next) => {
    if (routedPath(pathOf(c.req.raw)) === '/health/') return next()
    c.set('caller', await callerOf(c))
    await throttle(c)
    await next()
  })

  // path by path: what /frames/zip/ does not do is not asked of the frame of the id `zip`
  for (const [path, methods] of methodsOf(operations)) {
    const allow = methods.join(', ')
    for (const { route, handle } of operations)
      if (routerPath(route.path) === path) app.on(route.method.toUpperCase(), path, handle)
    app.on('OPTIONS', path, (c) => c.json({ methods }, 200, { allow }))
    app.all(path, (c) => {
      throw new ArchiveError('method_not_allowed', `Method "${c.req.method}" not allowed.`, { allow })
    })
  }
  app.notFound((c) => respond(c, new ArchiveError('not_found')))
  app.onError((error, c) => respond(c, asArchiveError(error, c.env)))
  return app
}

/**
 * Who asks. A browser sends its cookie whoever made it ask: so what writes needs proof that a page of the archive did. /frames/zip/ only
 * reads, and other sites' forms are posted to it: there the cookie does not count without that proof.
 */
async function callerOf(c: RequestContext): Promise<Caller> {
  if (c.env.caller) return c.env.caller
  const authorization = c.req.header('authorization')
  const caller = await identify(c.env, { authorization, session: sessionOf(c), network: networkOf(c) })
  if (authorization || caller.kind === 'anonymous' || !UNSAFE.has(c.req.method) || originOf(c) === 'same') return caller
  if (c.req.path === '/frames/zip/') return ANONYMOUS
  throw new ArchiveError('cross_site')
}

const respond = (c: RequestContext, error: ArchiveError): Response =>
  c.json(error.body as object, error.status as 400, errorHeaders(error))

/** What a client is answered for whom no services can be opened. */
export function failureOf(error: Error, log: Log): Response {
  const answer = asArchiveError(error, { log })
  return Response.json(answer.body, { status: answer.status, headers: errorHeaders(answer) })
}

type Known = Pick<Services, 'log'> & Partial<Pick<Services, 'config' | 'databaseOutage'>>

function asArchiveError(error: Error, { log, config, databaseOutage }: Known): ArchiveError {
  if (error instanceof ArchiveError) {
    if (error.code === 'key_changed')
      log.error('SECRET_KEY is not that of the database any more: this process has to be restarted with the new one')
    return error
  }
  // nobody reads this answer any more
  if (error instanceof Abandoned) return new ArchiveError('busy')
  const fault = databaseFault(error)
  if (fault) {
    logFault(fault, log, databaseOutage)
    if (config?.debug) log.warn(fault.problem, { ...fault.details, error: error.stack })
    return new ArchiveError(fault.code)
  }
  if (isRace(error)) {
    log.warn('writers of the same rows kept each other waiting', { error: error.message })
    return new ArchiveError('write_conflict')
  }
  log.error('a request failed', { error: error.stack ?? String(error) })
  return new ArchiveError('internal')
}
