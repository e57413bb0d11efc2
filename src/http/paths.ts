import type { Next } from 'hono'
import { tryDecodeURIComponent } from 'hono/utils/url'
import { ArchiveError } from '../errors.ts'
import type { RequestContext } from './operation.ts'

/** Paths that are names of files, which a slash at the end would change. */
const OF_FILE = /^\/(files\/|docs\/|redoc\/|robots\.txt$)/

/** The path that the router matches: `/frames` and `/frames.json` are `/frames/`. */
export function routedPath(request: Request): string {
  const path = decodedPath(request)
  if (path.endsWith('/') || OF_FILE.test(path)) return path
  return `${path.endsWith('.json') ? path.slice(0, -5) : path}/`
}

/** Middleware: redirects a GET whose path only lacks the slash at its end. */
export async function redirectToSlash(c: RequestContext, next: Next) {
  const path = decodedPath(c.req.raw)
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD'
  // to a browser, two slashes at the beginning are the address of another host
  if (isRead && c.req.path === `${path}/` && !/^[/\\]{2}/.test(path)) {
    const sent = sentTarget(c.req.raw)
    return c.redirect(`${sent.path}/${sent.search}`, 301)
  }
  await next()
}

/** Path and query as they were sent. */
function sentTarget({ url }: Request): { path: string; search: string } {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  const query = url.indexOf('?', start)
  return query === -1
    ? { path: url.slice(start), search: '' }
    : { path: url.slice(start, query), search: url.slice(query) }
}

function decodedPath(request: Request): string {
  const { path } = sentTarget(request)
  return path.includes('%') ? tryDecodeURIComponent(path) : path
}

const HOST = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i

/** Middleware: sets `base`. A Host that is not one would put foreign addresses into our answers. */
export async function setBase(c: RequestContext, next: Next): Promise<void> {
  const base = baseOf(c)
  if (base === null) throw new ArchiveError('bad_request', 'Invalid Host header.')
  c.set('base', base)
  await next()
}

/** Scheme and host that the client used; null: the Host header is not valid. */
function baseOf({ req }: RequestContext): string | null {
  const host = req.header('x-forwarded-host')?.split(',')[0]?.trim() ?? req.header('host')
  if (!host) return new URL(req.url).origin
  const scheme = req.header('x-forwarded-proto')?.split(',')[0]?.trim() ?? req.url.slice(0, req.url.indexOf(':'))
  const base = `${scheme === 'https' ? 'https' : 'http'}://${host}`
  return HOST.test(host) && URL.canParse(base) ? base : null
}
