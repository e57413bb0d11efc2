import type { TcpSocket } from 'cloudflare:sockets'
import { Buffer } from 'node:buffer'
import { EventEmitter } from 'node:events'
import type { TlsConfig } from '../../config/config.ts'
import type { OpenSocket, Socket } from '../../database/open.ts'

/** A server as the driver parsed it: lists of hosts and their ports. */
interface Address {
  host: readonly string[]
  port: readonly number[]
}

const CONNECT_MS = 5_000
const PLAIN = { secureTransport: 'off', allowHalfOpen: false } as const
/** SSLRequest of the PostgreSQL protocol: length, then 1234.5679. */
const SSL_REQUEST = new Uint8Array([0, 0, 0, 8, 4, 210, 22, 47])
/** Its answer where TLS may begin: S. */
const YES = 83

let sockets: typeof import('cloudflare:sockets') | undefined
const loadSockets = async () => {
  sockets ??= await import('cloudflare:sockets')
  return sockets
}

const fault = (code: string, message: string): Error => Object.assign(new Error(message), { code })

/**
 * Opens a socket to the first reachable server of a list. workerd verifies every certificate by the
 * authorities that it knows, whatever libpq would do; `prefer` and `allow` are content without TLS
 * where the server has none.
 * @throws the error of the last host
 */
export const openEdgeSocket: OpenSocket = async (options, tls) => {
  const { host, port } = options as unknown as Address
  // the driver's own patience begins here
  if (host.length === 1 && tls.mode === 'disable')
    return new EdgeSocket((await loadSockets()).connect({ hostname: host[0]!, port: port[0]! }, PLAIN))
  let last: unknown = new Error('no host is given')
  for (const [i, hostname] of host.entries()) {
    try {
      return await open({ hostname, port: port[i] ?? port[0] ?? 5432 }, tls)
    } catch (error) {
      last = error
    }
  }
  throw last
}

async function open(address: { hostname: string; port: number }, { mode }: TlsConfig): Promise<Socket> {
  const { connect } = await loadSockets()
  const plain = connect(address, mode === 'disable' ? PLAIN : { ...PLAIN, secureTransport: 'starttls' })
  let late: ReturnType<typeof setTimeout> | undefined
  const isLate = new Promise<never>((_, reject) => {
    const error = fault('CONNECT_TIMEOUT', 'the database did not take a connection in time')
    late = setTimeout(() => reject(error), CONNECT_MS)
  })
  try {
    return await Promise.race([isLate, secured(plain, mode)])
  } catch (error) {
    void plain.close().catch(() => {})
    throw (error as { code?: unknown }).code ? error : fault('ECONNREFUSED', String(error))
  } finally {
    clearTimeout(late)
  }
}

async function secured(plain: TcpSocket, mode: TlsConfig['mode']): Promise<EdgeSocket> {
  await plain.opened
  if (mode === 'disable') return new EdgeSocket(plain)
  const [writer, reader] = [plain.writable.getWriter(), plain.readable.getReader()]
  await writer.write(SSL_REQUEST)
  const { value } = await reader.read()
  writer.releaseLock()
  reader.releaseLock()
  if (value?.length === 1 && value[0] === YES) {
    const safe = plain.startTls()
    await safe.opened
    return new EdgeSocket(safe)
  }
  if (mode !== 'prefer' && mode !== 'allow') throw fault('TLS_REFUSED', 'the database does not speak TLS')
  return new EdgeSocket(plain)
}

/** A connected socket as the driver takes it. */
class EdgeSocket extends EventEmitter implements Socket {
  readyState: 'open' | 'closed' = 'open'
  readonly #socket: TcpSocket
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  #isRead = false

  constructor(socket: TcpSocket) {
    super()
    this.#socket = socket
    this.#writer = socket.writable.getWriter()
  }

  write(bytes: Uint8Array, done?: () => void): boolean {
    // a server says nothing before it has been asked, and then the driver listens
    if (!this.#isRead) void this.#read()
    this.#writer.write(bytes).then(done, (error) => this.#fail(error))
    return true
  }

  /** The driver's farewell is left out: the end of the connection says as much. */
  end(): void {
    this.destroy()
  }

  destroy(): void {
    void this.#socket.close().catch(() => {})
    this.#close()
  }

  async #read(): Promise<void> {
    this.#isRead = true
    const reader = this.#socket.readable.getReader()
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        this.emit('data', Buffer.from(value.buffer, value.byteOffset, value.byteLength))
      }
    } catch (error) {
      this.#fail(error)
    }
    this.#close()
  }

  #fail(error: unknown): void {
    if (this.readyState === 'open') this.emit('error', fault('ECONNRESET', String(error)))
    this.#close()
  }

  #close(): void {
    if (this.readyState === 'closed') return
    this.readyState = 'closed'
    queueMicrotask(() => this.emit('close'))
  }
}
