import type { Parser } from './parsers.ts'
import { parseUrl } from './parsers.ts'

/** libpq's names for the ways of using TLS. */
export const TLS_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const

/** TLS to a PostgreSQL server, as in libpq. Certificates and key are paths. */
export interface TlsConfig {
  readonly mode: (typeof TLS_MODES)[number]
  /**
   * Who signs the server's certificate; `system`: the runtime's authorities; null:
   * ~/.postgresql/root.crt, if present.
   */
  readonly rootCert: string | null
  readonly cert: string | null
  readonly key: string | null
}

/** A PostgreSQL database. A URL goes to the driver as it is, minus its TLS parameters. */
export type PostgresTarget = { readonly tls: TlsConfig } & (
  | { readonly url: string }
  | {
      readonly host: string
      readonly port: number
      readonly database: string
      readonly user: string
      readonly password: string
    }
)

const TLS_PARAMETERS = { sslmode: 'mode', sslrootcert: 'rootCert', sslcert: 'cert', sslkey: 'key' } as const

/**
 * A target from a URL, whose TLS parameters win over the environment's.
 * @returns null for an unknown sslmode
 */
export function parseTargetUrl(text: string, tls: TlsConfig): PostgresTarget | null {
  const [address, query = ''] = text.split('?')
  const parameters = new URLSearchParams(query)
  const found: Record<string, string> = {}
  for (const [name, field] of Object.entries(TLS_PARAMETERS)) {
    const value = parameters.get(name)
    if (value !== null) found[field] = value
    parameters.delete(name)
  }
  if (found.mode !== undefined && !(TLS_MODES as readonly string[]).includes(found.mode)) return null
  const rest = parameters.size === 0 ? '' : `?${parameters}`
  return { url: `${address}${rest}`, tls: { ...tls, ...found } }
}

/** A database server for messages: without user and password. */
export function nameServer(server: PostgresTarget): string {
  if ('url' in server) return server.url.replace(/^\w+:\/\/(.*@)?([^?]*).*$/s, '$2')
  const { host, port, database } = server
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`
}

export interface MemcachedServer {
  readonly host: string
  readonly port: number
}

/**
 * A PostgreSQL URL as the driver takes it: possibly several hosts, user and password
 * percent-encoded.
 */
export const postgresUrl: Parser<string> = (text) => {
  const url = text.trim().replace(/^(postgresql|postgis|postgres):\/\//i, 'postgres://')
  const [, start, hosts, rest] = /^(postgres:\/\/(?:[^/?#]*@)?)([^/?#@]+)(.*)$/s.exec(url) ?? []
  const parsed = hosts === undefined ? null : parseUrl(`${start}${hosts.split(',')[0]}${rest}`)
  // a # or @ left here comes from an unencoded password that was cut in two
  const whole = parsed !== null && parsed.hostname !== '' && parsed.hash === '' && !parsed.pathname.includes('@')
  return whole && canDecode(`${parsed.username}${parsed.password}`)
    ? { value: url }
    : { expected: 'postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters percent-encoded' }
}

/**
 * QUEUE_BROKER_URL; null for `memory://…`, which means no broker. Several as kombu takes them, separated by
 * `;`, those after the first with or without `amqp://`; given back with it.
 */
export const brokerUrl: Parser<string | null> = (text) => {
  if (/^memory:/i.test(text.trim())) return { value: null }
  const urls = text.split(';').map((url) => url.trim().replace(/^(pyamqp|librabbitmq):/i, 'amqp:'))
  const scheme = /^amqps?:\/\//i.exec(urls[0]!)?.[0]
  const whole = urls.map((url) => (url.includes('://') ? url : `${scheme}${url}`))
  return whole.every((url) => /^amqps?:\/\//i.test(url) && parseUrl(url)?.hostname)
    ? { value: whole.join(';') }
    : {
        expected:
          'amqp://USER:PASSWORD@HOST:PORT/VHOST (or amqps; several separated by ;), or memory://localhost for no broker',
      }
}

/** CACHE_BACKEND names a Python class; all that counts is the kind of cache. */
export const cacheBackend: Parser<'memcached' | 'memory'> = (text) => {
  // first, because LocMemCache ends in memcache too
  if (/locmem|^\s*(local[ _-]?)?memory\s*$/i.test(text)) return { value: 'memory' }
  return /memcache/i.test(text)
    ? { value: 'memcached' }
    : { expected: 'memcached or local memory (no other cache is supported)' }
}

const MEMCACHED_PORT = 11211

/** CACHE_LOC: host:port, several separated by commas or semicolons; the port is optional. */
export const memcachedServers: Parser<readonly MemcachedServer[]> = (text) => {
  const servers: MemcachedServer[] = []
  for (const item of text.split(/[,;]/).map((item) => item.trim())) {
    if (item === '') continue
    const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/i.exec(item) ?? []
    const host = bracketed ?? plain
    const port = Number(digits ?? MEMCACHED_PORT)
    if (host === undefined || port < 1 || port > 65535) return { expected: 'host:port, comma separated' }
    servers.push({ host, port })
  }
  return servers.length > 0 ? { value: servers } : { expected: 'host:port, comma separated' }
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
