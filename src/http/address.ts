import ipaddr from 'ipaddr.js'
import type { RequestContext } from './context.ts'

/**
 * Whom requests and failures are counted for: the client's IPv4 address, or the /64 of its IPv6
 * address, all of which one client has. Empty where the runtime does not know the address.
 */
export function networkOf(c: RequestContext): string {
  const text = c.req.header('x-forwarded-for') ?? ''
  if (!text.includes(':')) return text
  const address = ipaddr.isValid(text) ? ipaddr.process(text) : null
  if (!(address instanceof ipaddr.IPv6)) return address?.toString() ?? text
  const groups = address.parts.slice(0, 4).map((group) => group.toString(16))
  return `${groups.join(':')}::/64`
}
