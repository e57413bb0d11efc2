import type { Parser } from './parsers.ts'

/** Addresses that share the first `bits` bits of `bytes`: 4 bytes for IPv4, 16 for IPv6. */
export interface Network {
  readonly bytes: readonly number[]
  readonly bits: number
}

const LOOPBACK = ['127.0.0.0/8', '::1/128']

/**
 * TRUSTED_PROXIES: addresses, networks in CIDR notation and the word `loopback`, comma separated.
 */
export const trustedNetworks: Parser<readonly Network[]> = (text) => {
  const found: Network[] = []
  for (const item of text.split(',').map((item) => item.trim())) {
    if (item === '') continue
    for (const part of item.toLowerCase() === 'loopback' ? LOOPBACK : [item]) {
      const network = parseNetwork(part)
      if (network === null) {
        return { expected: 'addresses (10.0.0.1, ::1), networks (10.0.0.0/8, fd00::/8) or loopback, comma separated' }
      }
      found.push(network)
    }
  }
  return { value: found }
}

/**
 * Whether `address` is a proxy whose X-Forwarded-* headers are trusted. An IPv4 client of a
 * dual-stack socket (`::ffff:10.0.0.1`) counts as IPv4; a zone (`fe80::1%eth0`) is ignored. Without
 * an address (Unix socket, edge) nobody is trusted.
 */
export function matchesTrustedProxy(proxies: readonly Network[], address: string | null | undefined): boolean {
  const bytes = address ? parseAddress(address.replace(/%.*$/s, '')) : null
  return bytes !== null && proxies.some((proxy) => contains(proxy, bytes))
}

function contains({ bytes, bits }: Network, address: readonly number[]): boolean {
  if (bytes.length !== address.length) return false
  return bytes.every((byte, i) => {
    const kept = Math.min(Math.max(bits - 8 * i, 0), 8)
    return ((byte ^ address[i]!) & (0xff00 >> kept) & 0xff) === 0
  })
}

function parseNetwork(text: string): Network | null {
  const [, address = '', suffix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const bytes = parseAddress(address)
  if (bytes === null) return null
  // ::ffff:10.0.0.0/104 has become 10.0.0.0, so its prefix loses the 96 bits of the mapping
  const mapped = bytes.length === 4 && address.includes(':') ? 96 : 0
  const bits = suffix === undefined ? bytes.length * 8 : Number(suffix) - mapped
  return bits >= 0 && bits <= bytes.length * 8 ? { bytes, bits } : null
}

function parseAddress(address: string): readonly number[] | null {
  if (!address.includes(':')) return parseIpv4(address)
  const bytes = parseIpv6(address)
  const mapped = bytes?.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff))
  return bytes && mapped ? bytes.slice(12) : bytes
}

/** Leading zeros are refused, because some programs read them as octal. */
function parseIpv4(text: string): number[] | null {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return null
  return parts.map(Number)
}

function parseIpv6(text: string): number[] | null {
  const halves = text.split('::')
  const [head = [], tail = []] = halves.map(parseGroups)
  // only the very last group may be dotted
  if (halves.length === 2 && halves[0]!.includes('.')) return null
  if (halves.length > 2 || head === null || tail === null) return null
  if (halves.length === 1) return head.length === 16 ? head : null
  const zeros = 16 - head.length - tail.length
  return zeros >= 2 ? [...head, ...new Array<number>(zeros).fill(0), ...tail] : null
}

/** The bytes of `1:2:3` or `1:2:10.0.0.1`; none for an empty text. */
function parseGroups(text: string): number[] | null {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [i, group] of groups.entries()) {
    const dotted = i === groups.length - 1 && group.includes('.') ? parseIpv4(group) : null
    if (dotted) bytes.push(...dotted)
    else if (/^[0-9a-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff)
    else return null
  }
  return bytes
}
