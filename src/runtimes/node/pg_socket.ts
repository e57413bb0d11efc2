import { existsSync, readFileSync } from 'node:fs'
import { connect, isIP, type Socket } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect as secure } from 'node:tls'
import type { TlsConfig } from '../../config/config.ts'
import type { OpenSocket } from '../../database/open.ts'

/** A server as the driver parsed it: lists of hosts and their ports, or a Unix socket. */
interface Address {
  host: readonly string[]
  port: readonly number[]
  path?: string | false
}

const CONNECT_MS = 5_000
/** Idle time before the first probe, in milliseconds: a machine that is gone says nothing. */
const KEEPALIVE_MS = 30_000
/** SSLRequest of the PostgreSQL protocol: length, then 1234.5679. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/**
 * Opens a socket to the first reachable server of a list, with TLS as in libpq. Gives up after five
 * seconds per host.
 * @throws the error of the last host
 */
export const openPgSocket: OpenSocket = async (options, tls) => {
  const { host, port, path } = options as unknown as Address
  if (path) return open({ path }, null)
  let last: unknown = new Error('no host is given')
  for (const [i, name] of host.entries()) {
    try {
      return await connectSocket(name, port[i] ?? port[0] ?? 5432, tls)
    } catch (error) {
      last = error
    }
  }
  throw last
}

async function connectSocket(host: string, port: number, tls: TlsConfig): Promise<Socket> {
  const to = { host, port }
  if (tls.mode === 'disable') return open(to, null)
  // first, because an unreadable certificate is not a fault of the connection
  const attempt: Secure = {
    options: buildTlsOptions(tls, host),
    /** Whether a server without TLS will do. */
    isOptional: tls.mode === 'prefer' || tls.mode === 'allow',
    /** Set when the connection was made but TLS failed. */
    hasFailed: false,
  }
  try {
    return await open(to, attempt)
  } catch (error) {
    // `prefer` and `allow` fall back to no TLS if the server's does not work
    if (!attempt.isOptional || !attempt.hasFailed) throw error
    return open(to, null)
  }
}

interface Secure {
  options: ConnectionOptions
  /** Whether a server that speaks no TLS will do. */
  isOptional: boolean
  /** Set when the connection was there and TLS did not come about. */
  hasFailed: boolean
}

function open(to: { path: string } | { host: string; port: number }, tls: Secure | null): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(to as { host: string; port: number })
    const fail = (error: Error) => {
      clearTimeout(late)
      socket.destroy()
      reject(error)
    }
    const late = setTimeout(
      () =>
        fail(Object.assign(new Error('the database did not take a connection in time'), { code: 'CONNECT_TIMEOUT' })),
      CONNECT_MS,
    )
    const ready = (ready: Socket) => {
      clearTimeout(late)
      // errors before the driver listens, or on the socket below TLS, need a listener; a close
      // follows them
      for (const one of [socket, ready])
        one
          .on('error', () => {})
          .off('error', fail)
          .off('close', closed)
      resolve(ready)
    }
    const closed = () => fail(Object.assign(new Error('the database closed the connection'), { code: 'ECONNRESET' }))
    socket.on('error', fail).on('close', closed)
    socket.once('connect', () => {
      socket.setNoDelay(true)
      socket.setKeepAlive(true, KEEPALIVE_MS)
      if (tls === null) return ready(socket)
      socket.write(SSL_REQUEST)
      socket.once('data', (answer) => {
        if (answer.length === 1 && answer[0] === 83) {
          tls.hasFailed = true
          const secured = secure({ socket, ...tls.options })
          secured.on('error', fail).once('secureConnect', () => ready(secured))
        } else if (tls.isOptional) ready(socket)
        else fail(Object.assign(new Error('the database does not speak TLS'), { code: 'TLS_REFUSED' }))
      })
    })
  })
}

/** @throws TLS_FILE for an unreadable certificate or key */
function buildTlsOptions({ mode, rootCert, cert, key }: TlsConfig, host: string): ConnectionOptions {
  const root = rootCert ?? findDefaultRoot()
  // as in libpq, a root certificate makes `require` verify the chain
  const verifies = mode === 'verify-ca' || mode === 'verify-full' || (mode === 'require' && rootCert !== null)
  return {
    ...(isIP(host) ? {} : { servername: host }),
    ...(verifies && root !== null && root !== 'system' ? { ca: readPem(root) } : {}),
    ...(cert !== null && key !== null ? { cert: readPem(cert), key: readPem(key) } : {}),
    ...(mode === 'verify-full' ? { host } : { checkServerIdentity: () => undefined }),
    rejectUnauthorized: verifies,
  }
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw Object.assign(new Error(`${path}, for TLS to the database, cannot be read (${code})`), { code: 'TLS_FILE' })
  }
}

function findDefaultRoot(): string | null {
  const path = join(homedir(), '.postgresql', 'root.crt')
  return existsSync(path) ? path : null
}
