import type { RequestContext } from './operation.ts'

/**
 * Whom failures are counted for: the client's IPv4 address, or the /64 of its IPv6 address, of which one client has all. Empty where the
 * runtime does not know it.
 */
export function networkOf(c: RequestContext): string {
  const address = c.req.header('x-forwarded-for') ?? ''
  if (!address.includes(':')) return address
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  const [head = '', tail] = address.toLowerCase().split('%')[0]!.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail ? tail.split(':').length : 0
  if (tail !== undefined) while (groups.length + after < 8) groups.push('0')
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
