import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import {
  errorMessage,
  find,
  frame,
  frameStartup,
  parametersOf,
  queryMessage,
  READY_IDLE,
  SYNC,
  settleReady,
  startupPacket,
  statementOf,
  type Unit,
} from './pg_wire.ts'
import type { Backend } from './pglite_backend.ts'

/** What the sockets of one embedded database share. */
export interface Served {
  /** The living backend, started again if the last one died. */
  backend(): Promise<Backend>
  /** The connection that has the one session. */
  session: PgliteSocket | null
}

// PostgreSQL is started as this; what a client calls itself does not matter in its own process.
const STARTUP = startupPacket({ user: 'postgres', database: 'postgres' })
const NOT_SETTINGS = new Set(['user', 'database', 'replication', 'client_encoding'])

// COPY needs PostgreSQL to wait for more input in the middle of a statement. PGlite cannot wait: it
// takes that for the end of the client (electric-sql/pglite#911), and dies. To go when it refuses
// by itself, or waits.
const COPY_IN = /^\s*copy\b[^;]*\bfrom\s+stdin\b/i
const NO_COPY = errorMessage('ERROR', '0A000', 'COPY FROM STDIN cannot be had of the embedded database')

/**
 * A connection to a backend in this process, as a socket that the `postgres` driver takes for one
 * of the network. It ends when the backend dies; the next connection gets the next backend.
 */
export class PgliteSocket extends Duplex {
  readonly #served: Served
  #backend: Backend | null = null
  #received: Buffer = Buffer.alloc(0)

  constructor(served: Served) {
    super()
    this.#served = served
  }

  /**
   * As a network socket has it: without it, the driver neither ends a connection nor learns that it
   * has ended.
   */
  get readyState(): 'open' | 'readOnly' | 'closed' {
    if (this.destroyed) return 'closed'
    return this.writableEnded ? 'readOnly' : 'open'
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#receive(chunk).then(() => done(), done)
  }

  override _final(done: () => void): void {
    done()
    this.destroy()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#served.session === this) this.#served.session = null
    done(error)
  }

  async #receive(chunk: Buffer): Promise<void> {
    this.#received = Buffer.concat([this.#received, chunk])
    if (!this.#backend) {
      const packet = frameStartup(this.#received)
      if (!packet) return
      this.#received = this.#received.subarray(packet.length)
      await this.#begin(packet)
    }
    const { units, rest } = frame(this.#received)
    this.#received = rest
    for (const unit of units) {
      // Never within the driver's own call of write(), in which it is not ready for an answer; and
      // others want their turn.
      await turn()
      if (!this.#backend || this.destroyed) return
      if (unit.kind === 'terminate') this.destroy()
      else await this.#answer(this.#backend, unit)
    }
  }

  /**
   * Makes the backend's session this connection's, with nothing of what another has left behind.
   */
  async #begin(packet: Buffer): Promise<void> {
    await turn()
    const { session } = this.#served
    if (session && !session.destroyed)
      return this.#end(errorMessage('FATAL', '53300', 'the embedded database has one connection, which is taken'))
    this.#served.session = this
    const backend = await this.#served.backend()
    const settings = [...parametersOf(packet)].filter(([name]) => !NOT_SETTINGS.has(name))
    const set = settings.map(([name, value]) => `select set_config(${quoted(name)}, ${quoted(value)}, false)`)
    for (const statement of ['rollback', 'discard all', ...set]) {
      const error = find(await backend.run(queryMessage(statement)), 'E')
      if (error) return this.#end(error)
    }
    const answer = await backend.run(STARTUP)
    if (this.destroyed) return
    this.#backend = backend
    this.push(answer)
  }

  /** Takes leave with an error. */
  #end(error: Buffer): void {
    this.#backend = null
    this.push(error)
    this.push(null)
    this.end()
  }

  async #answer(backend: Backend, { kind, bytes }: Unit): Promise<void> {
    const asked = kind !== 'flush'
    try {
      if (!COPY_IN.test(statementOf(bytes))) this.push(settleReady(await backend.run(bytes), asked))
      else this.push(asked ? Buffer.concat([NO_COPY, await backend.run(SYNC)]) : NO_COPY)
    } catch (error) {
      if (!backend.died) throw error
      // the driver gives an error to its query only once it may send the next
      this.#end(Buffer.concat([errorMessage('FATAL', '58000', backend.died.message), READY_IDLE]))
    }
  }
}

const quoted = (text: string): string => ` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
