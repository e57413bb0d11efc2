import { throttled } from '../errors.ts'
import { networkOf } from './address.ts'
import type { RequestContext } from './operation.ts'

/** Counts the request against its caller's rate; staff and /health/ are never counted. 429 with Retry-After when there are too many. */
export async function throttle(c: RequestContext): Promise<void> {
  const { caller } = c.var
  if (caller.kind === 'user' && (caller.isStaff || caller.isSuperuser)) return
  const { anon, user } = c.env.config.throttle
  const rate = caller.kind === 'user' ? user : anon
  const who = caller.kind === 'user' ? `user:${caller.id}` : `address:${networkOf(c)}`
  const window = Math.floor(Date.now() / 1000 / rate.seconds)
  const count = await c.env.cache.increment(`throttle:${who}:${window}`, rate.seconds)
  if (count <= rate.requests) return
  throw throttled((window + 1) * rate.seconds - Math.floor(Date.now() / 1000))
}
