import ipaddr from 'ipaddr.js'
import type { Parser } from './parsers.ts'

/** Addresses that share the first `bits` bits of `bytes`: 4 bytes for IPv4, 16 for IPv6. */
export interface Network {
  readonly bytes: readonly number[]
  readonly bits: number
}

const LOOPBACK = ['127.0.0.0/8', '::1/128']

/** TRUSTED_PROXIES and METRICS_ALLOW: addresses, CIDR networks and the word `loopback`, comma separated. */
export const networks: Parser<readonly Network[]> = (text) => {
  const items = text.split(',').map((item) => item.trim().toLowerCase())
  const found = items
    .filter((item) => item !== '')
    .flatMap((item) => (item === 'loopback' ? LOOPBACK : [item]))
    .map(parseNetwork)
  return found.every((network) => network !== null)
    ? { value: found }
    : { expected: 'addresses (10.0.0.1, ::1), networks (10.0.0.0/8, fd00::/8) or loopback, comma separated' }
}

/**
 * Whether the peer at `address` is in one of some networks, such as those of the proxies whose
 * X-Forwarded-* headers are believed. An IPv4 client of a dual-stack socket (`::ffff:10.0.0.1`)
 * counts as IPv4; a zone (`fe80::1%eth0`) is ignored. Without an address (a Unix socket, the edge)
 * it is in none.
 */
export function isWithin(networks: readonly Network[], address: string | null | undefined): boolean {
  const client = address ? parseAddress(address.replace(/%.*$/s, ''))?.toByteArray() : undefined
  return client !== undefined && networks.some((network) => contains(network, client))
}

// every request asks: ipaddr's own match would parse each network anew
function contains({ bytes, bits }: Network, client: readonly number[]): boolean {
  const rest = bits % 8
  const whole = (bits - rest) / 8
  if (bytes.length !== client.length) return false
  for (let i = 0; i < whole; i++) if (bytes[i] !== client[i]) return false
  return rest === 0 || (bytes[whole]! ^ client[whole]!) >> (8 - rest) === 0
}

function parseNetwork(text: string): Network | null {
  const [, address = '', suffix] = /^([^/%]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const bytes = parseAddress(address)?.toByteArray()
  if (!bytes) return null
  // ::ffff:10.0.0.0/104 has become 10.0.0.0, so its prefix loses the 96 bits of the mapping
  const mapped = bytes.length === 4 && address.includes(':') ? 96 : 0
  const bits = suffix === undefined ? bytes.length * 8 : Number(suffix) - mapped
  return bits >= 0 && bits <= bytes.length * 8 ? { bytes, bits } : null
}

/** ipaddr.js also reads `10.1` and octal numbers, which programs take for different addresses. */
function parseAddress(text: string) {
  const tail = text.slice(text.lastIndexOf(':') + 1)
  const isDotted = tail.includes('.') || tail === text
  if (isDotted && !ipaddr.IPv4.isValidFourPartDecimal(tail)) return null
  return ipaddr.isValid(text) ? ipaddr.process(text) : null
}
