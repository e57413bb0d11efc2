import type { Parser } from './parsers.ts'
import { urlOf } from './parsers.ts'

/** How libpq calls the ways to use TLS. */
export const TLS_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const

/** TLS to a PostgreSQL server, as libpq has it. Certificates and key are paths. */
export interface TlsConfig {
  readonly mode: (typeof TLS_MODES)[number]
  /** What signs the server's certificate; `system`: the authorities that the runtime knows; null: ~/.postgresql/root.crt, if there is one. */
  readonly rootCert: string | null
  readonly cert: string | null
  readonly key: string | null
}

/** Where to reach a PostgreSQL database. A URL is passed to the driver as it is, with its parameters but those of TLS. */
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
 * A target by URL, whose parameters win over what the environment says of TLS.
 * @returns null for an sslmode that is none
 */
export function urlTarget(text: string, tls: TlsConfig): PostgresTarget | null {
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

export interface MemcachedServer {
  readonly host: string
  readonly port: number
}

/** A PostgreSQL URL as the driver reads it: several hosts may be listed, user and password are percent-encoded. */
export const postgresUrl: Parser<string> = (text) => {
  const url = text.trim().replace(/^(postgresql|postgis|postgres):\/\//i, 'postgres://')
  const [, start, hosts, rest] = /^(postgres:\/\/(?:[^/?#]*@)?)([^/?#@]+)(.*)$/s.exec(url) ?? []
  const parsed = hosts === undefined ? null : urlOf(`${start}${hosts.split(',')[0]}${rest}`)
  // A # or @ left here comes from a password that was not encoded and was cut in two.
  const whole = parsed !== null && parsed.hostname !== '' && parsed.hash === '' && !parsed.pathname.includes('@')
  return whole && canDecode(`${parsed.username}${parsed.password}`)
    ? { value: url }
    : { expected: 'postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters percent-encoded' }
}

/** QUEUE_BROKER_URL: null for `memory://…`, which means that there is no broker. */
export const brokerUrl: Parser<string | null> = (text) => {
  if (/^memory:/i.test(text.trim())) return { value: null }
  const url = text.trim().replace(/^(pyamqp|librabbitmq):/i, 'amqp:')
  return /^amqps?:\/\//i.test(url) && urlOf(url)?.hostname
    ? { value: url }
    : { expected: 'amqp://USER:PASSWORD@HOST:PORT/VHOST (or amqps), or memory://localhost for no broker' }
}

/** CACHE_BACKEND names a Python class; only what it stands for counts. */
export const cacheBackend: Parser<'memcached' | 'memory'> = (text) => {
  // First, because LocMemCache ends in memcache too.
  if (/locmem|^\s*(local[ _-]?)?memory\s*$/i.test(text)) return { value: 'memory' }
  return /memcache/i.test(text)
    ? { value: 'memcached' }
    : { expected: 'memcached or local memory (no other cache is supported)' }
}

const MEMCACHED_PORT = 11211

/** CACHE_LOC: host:port, more than one separated by commas or semicolons; the port may be left out. */
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
