import type { Next } from 'hono'
import { identify } from '../auth/identify.ts'
import { ANONYMOUS, type Caller, isStaff } from '../caller.ts'
import { ArchiveError, throttled } from '../errors.ts'
import { tally } from '../tally.ts'
import { networkOf } from './address.ts'
import type { RequestContext } from './context.ts'
import { originOf, sessionOf } from './session.ts'

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** Middleware: finds out who sends the request, and counts it against that caller's rate. */
export async function identifyCaller(c: RequestContext, next: Next): Promise<void> {
  // load balancers ask often, and also while the database is away
  if (c.req.path !== '/health/') {
    c.set('caller', await callerOf(c))
    await throttle(c)
  }
  await next()
}

/**
 * Who asks. A browser sends its cookie whatever page made it ask, so a request that writes needs
 * proof that a page of the archive did. /frames/zip/ only reads, and other sites' forms are posted
 * to it: there the cookie does not count without that proof.
 */
async function callerOf(c: RequestContext): Promise<Caller> {
  if (c.env.caller) return c.env.caller
  const authorization = c.req.header('authorization')
  const caller = await identify(c.env, { authorization, session: sessionOf(c), network: networkOf(c) })
  if (c.env.request && caller.kind === 'user') c.env.request.caller = caller.id
  if (authorization || caller.kind === 'anonymous' || !UNSAFE.has(c.req.method) || originOf(c) === 'same') return caller
  if (c.req.path === '/frames/zip/') return ANONYMOUS
  throw new ArchiveError('cross_site')
}

/**
 * Counts the request against its caller's rate; staff are never counted.
 * @throws ArchiveError `throttled`, until the caller's next period begins
 */
async function throttle(c: RequestContext): Promise<void> {
  const { caller } = c.var
  if (isStaff(caller)) return
  const { anon, user } = c.env.config.throttle
  const [who, rate] = caller.kind === 'user' ? [`user:${caller.id}`, user] : [`address:${networkOf(c)}`, anon]
  const now = Math.floor(Date.now() / 1000)
  const period = Math.floor(now / rate.seconds)
  const count = await c.env.cache.increment(`throttle:${who}:${period}`, rate.seconds, rate.requests)
  if (count <= rate.requests) return
  tally.throttled.rate++
  throw throttled((period + 1) * rate.seconds - now)
}
