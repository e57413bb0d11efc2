import ipaddr from 'ipaddr.js'

/**
 * Whom requests and failures of an address are counted for: an IPv4 address, or the /64 of an IPv6
 * address, all of which one client has. What is no address stays as it is.
 */
export function networkOfAddress(text: string): string {
  if (!text.includes(':')) return text
  const address = ipaddr.isValid(text) ? ipaddr.process(text) : null
  if (!(address instanceof ipaddr.IPv6)) return address?.toString() ?? text
  const groups = address.parts.slice(0, 4).map((group) => group.toString(16))
  return `${groups.join(':')}::/64`
}
