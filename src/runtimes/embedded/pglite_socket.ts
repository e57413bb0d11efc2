import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import {
  CANCEL,
  codeOfPacket,
  errorMessage,
  find,
  frame,
  GSS,
  PROTOCOL_3,
  parametersOf,
  parsesOf,
  queryMessage,
  readyMessage,
  SSL,
  SYNC,
  settleReady,
  startupPacket,
  statementOf,
  statusOf,
  type Unit,
  withText,
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

// COPY needs PostgreSQL to wait for more input in the middle of a statement. It cannot wait: it would take it for the end of the client.
const COPY_IN = /^\s*copy\b[^;]*\bfrom\s+stdin\b/i
const NO_COPY =
  "do $$begin raise feature_not_supported using message = 'COPY FROM STDIN cannot be had of the embedded database'; end$$"

const PARSE_COMPLETE = '1'.charCodeAt(0)
const ROLLBACK = /^\s*rollback\b(?!\s+to\b)/i
const COMMIT = /^\s*commit\b/i

/**
 * A connection to a backend in this process, as a socket that the `postgres` driver takes for one of the network. Should the backend die,
 * the connection lives on with a session of the next one: the driver leaves transactions hanging, or the process with an exception that
 * nobody can catch, when a connection is lost at the wrong moment.
 */
export class PgliteSocket extends Duplex {
  readonly #served: Served
  #backend: Backend | null = null
  #settings = new Map<string, string>()
  /** Parse messages of the named statements, which the driver takes to be there. */
  readonly #statements = new Map<string, Buffer>()
  #status: 'I' | 'T' | 'E' = 'I'
  /** The transaction that the driver is in has died with its backend. */
  #bereft = false
  #pending: Buffer[] = []
  #pendingBytes = 0
  #need = 0

  constructor(served: Served) {
    // Never full: at a 'drain' that comes after the answer, the driver sends other queries into the transaction that it is in.
    super({ writableHighWaterMark: 2 ** 30 })
    this.#served = served
  }

  /** As a network socket has it: without it, the driver neither ends a connection nor learns that it has ended. */
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
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
    while (this.#pendingBytes > 0 && this.#pendingBytes >= this.#need) {
      const bytes = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending)
      const { units, rest, need } = frame(bytes, this.#backend ? 'in session' : 'before session')
      this.#pending = [rest]
      this.#pendingBytes = rest.length
      this.#need = need
      for (const unit of units) {
        // Never within the driver's own call of write(), in which it is not ready for an answer; and others want their turn.
        await turn()
        if (this.destroyed) return
        if (unit.kind === 'terminate') this.destroy()
        else if (unit.kind === 'startup') await this.#begin(unit.bytes)
        else this.push(await this.#answer(unit))
      }
    }
  }

  async #begin(packet: Buffer): Promise<void> {
    const code = codeOfPacket(packet)
    if (code === SSL || code === GSS) return void this.push('N')
    // A query runs to its end before anything else is heard: there is none to be cancelled.
    if (code === CANCEL) return void this.destroy()
    if (code !== PROTOCOL_3) return this.#refuse(errorMessage('FATAL', '0A000', 'only protocol 3.0 is spoken here'))
    const { session } = this.#served
    if (session && !session.destroyed)
      return this.#refuse(errorMessage('FATAL', '53300', 'the embedded database has one connection, which is taken'))
    this.#served.session = this
    for (const [name, value] of parametersOf(packet)) if (!NOT_SETTINGS.has(name)) this.#settings.set(name, value)
    const backend = await this.#served.backend()
    const error = await this.#enter(backend)
    if (error) return this.#refuse(error)
    const answer = await backend.run(STARTUP)
    if (this.destroyed) return
    this.#backend = backend
    this.push(answer)
  }

  /** Makes the backend's session this connection's, with nothing of what another has left behind; gives the error of a setting. */
  async #enter(backend: Backend): Promise<Buffer | null> {
    await backend.run(queryMessage('rollback'))
    await backend.run(queryMessage('discard all'))
    for (const [name, value] of this.#settings) {
      const error = find(
        await backend.run(queryMessage(`select set_config(${quoted(name)}, ${quoted(value)}, false)`)),
        'E',
      )
      if (error) return error
    }
    for (const parse of this.#statements.values()) await backend.run(Buffer.concat([parse, SYNC]))
    return null
  }

  #refuse(error: Buffer): void {
    this.push(error)
    this.push(null)
    this.end()
  }

  async #answer(unit: Unit): Promise<Buffer> {
    try {
      const backend = await this.#living()
      const text = statementOf(unit.bytes, this.#statements)
      if (this.#bereft && !ROLLBACK.test(text)) {
        if (COMMIT.test(text)) this.#bereft = false
        return failed(unit, '25P02', 'the transaction was lost when PostgreSQL ended', this.#bereft ? 'E' : 'I')
      }
      this.#bereft = false
      const bytes = COPY_IN.test(text) ? withText(unit.bytes, NO_COPY) : unit.bytes
      const answer = settleReady(await backend.run(bytes), unit.kind !== 'flush')
      if (answer[0] === PARSE_COMPLETE)
        for (const [name, parse] of parsesOf(unit.bytes)) this.#statements.set(name, parse)
      this.#status = statusOf(answer) ?? this.#status
      return answer
    } catch (error) {
      if (!this.#backend!.died) throw error
      this.#bereft ||= this.#status !== 'I'
      this.#status = 'I'
      return failed(unit, '58000', (error as Error).message, this.#bereft ? 'E' : 'I')
    }
  }

  async #living(): Promise<Backend> {
    if (this.#backend!.died) {
      const next = await this.#served.backend()
      await this.#enter(next)
      this.#backend = next
    }
    return this.#backend!
  }
}

/** An error for an answer, with what else was asked for. */
function failed({ kind, bytes }: Unit, code: string, text: string, status: 'I' | 'E'): Buffer {
  const error = bytes.length === SYNC.length && kind === 'sync' ? [] : [errorMessage('ERROR', code, text)]
  return Buffer.concat([...error, ...(kind === 'flush' ? [] : [readyMessage(status)])])
}

const quoted = (text: string): string => ` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
