import postgres from 'postgres'
import { arrayTypes } from './arrays.ts'
import { connectionError, isPlainRefusal } from './faults.ts'
import type { Statement } from './shape.ts'

export type DriverOptions = postgres.Options<Record<string, postgres.PostgresType>>

/** A socket that is connected, secured where it has to be, and can be ended at once. */
export interface Socket {
  destroy(): void
}

/** Where a connection leads. */
export interface Target {
  /** A URL for the driver; null: all is in `options`. */
  url: string | null
  options: DriverOptions
  /** Opens a socket to it; null: the runtime's own way, which the driver knows. */
  openSocket: ((options: DriverOptions) => Promise<Socket>) | null
}

export type Answer = { rows: postgres.RowList<postgres.Row[]> } | { error: unknown }

/** How long an abandoned statement may take to end once its cancellation was asked for. */
const CANCEL_MS = 2_000

/**
 * One connection, with one statement under way at a time: an instance of the driver that never gets a second one. So no answer can go
 * to another statement, whatever the driver does after an error (porsager/postgres#120, #1223), and an instance after an error that
 * was more than a refusal is thrown away.
 */
export class Connection {
  readonly #driver: postgres.Sql
  readonly #execute: Statement['handler']
  readonly #cancel: (statement: Statement) => Promise<unknown>
  readonly #onClose: (connection: Connection) => void
  readonly #born = Date.now()
  #socket: Socket | null = null
  #abandoned: Promise<void> | null = null
  /** How many statements it has prepared. */
  prepared = 0
  /** Whether it has answered yet. */
  isProven = false
  /** Whether it can be asked no more. */
  isClosed = false

  /** @param onClose called once, when it can be asked no more */
  constructor({ url, options, openSocket }: Target, onClose: (connection: Connection) => void) {
    this.#onClose = onClose
    const all = {
      ...options,
      types: { ...arrayTypes, ...options.types },
      max: 1,
      fetch_types: false,
      idle_timeout: null,
      max_lifetime: null,
      onclose: () => this.#closed(),
      ...(openSocket && { ssl: false, socket: (parsed: DriverOptions) => this.#open(openSocket, parsed) }),
    } as unknown as DriverOptions
    this.#driver = (url === null ? postgres(all) : postgres(url, all)) as unknown as postgres.Sql
    const { handler, canceller } = this.#driver`` as unknown as {
      handler: Statement['handler']
      canceller: (statement: Statement) => Promise<unknown>
    }
    this.#execute = handler
    this.#cancel = canceller
  }

  get ageMs(): number {
    return Date.now() - this.#born
  }

  async #open(openSocket: NonNullable<Target['openSocket']>, options: DriverOptions): Promise<Socket> {
    // the driver connects again by itself when a connection ends while it starts; a new instance is made for that here
    if (this.isClosed || (this.#socket && !this.#abandoned)) throw connectionError('CONNECTION_CLOSED')
    const socket = await openSocket(options)
    // the server takes a cancellation on a connection of its own
    if (this.#abandoned) return socket
    this.#socket = socket
    if (this.isClosed) socket.destroy()
    return socket
  }

  /** Runs a statement to its end. Its rows are collected here: the driver's own counter of rows survives an error. */
  async ask(statement: Statement, { prepare }: { prepare: boolean }): Promise<Answer> {
    if (!this.isUsable) return { error: connectionError('CONNECTION_CLOSED') }
    let isCut = false
    const answer = await new Promise<Answer>((resolve) => {
      statement.resolve = (rows) => resolve({ rows })
      statement.reject = (error) => resolve({ error })
      statement.parameters = null
      statement.prepared = false
      if (!statement.options.simple) {
        statement.options.prepare = prepare
        statement.forEachFn = (row, rows) => {
          isCut = true
          rows.push(row)
        }
      }
      this.#execute(statement)
      if (prepare && !statement.prepared) this.prepared++
      // else the driver repeats a statement that has a stale plan, with its values encoded twice
      statement.prepared = false
    })
    this.isProven = true
    if ('error' in answer && (isCut || !isPlainRefusal(answer.error))) this.destroy()
    return answer
  }

  get isUsable(): boolean {
    return !this.isClosed && this.#abandoned === null
  }

  /** Settles when what was abandoned is over; null: nothing was. */
  get abandoned(): Promise<void> | null {
    return this.#abandoned
  }

  /**
   * Has the server stop a statement that nobody waits for any more, then closes the connection: a cancellation that comes late must
   * not meet another statement.
   * @param asked what ask() gave for it
   */
  abandon(statement: Statement, asked: Promise<Answer>): void {
    let late: ReturnType<typeof setTimeout> | undefined
    const isLate = new Promise((resolve) => (late = setTimeout(resolve, CANCEL_MS)))
    this.#abandoned = Promise.race([asked, isLate]).then(() => {
      clearTimeout(late)
      this.destroy()
    })
    this.#cancel(statement)?.catch(() => {})
  }

  /** Ends it at once, and with it what is under way. */
  destroy(): void {
    if (this.isClosed) return
    if (this.#socket) this.#socket.destroy()
    else void this.#driver.end({ timeout: 0 }).catch(() => {})
    this.#closed()
  }

  /** Takes leave of the server; nothing may be under way. */
  async end(): Promise<void> {
    if (this.isClosed) return
    this.#closed()
    await this.#driver.end({ timeout: 1 })
    this.#socket?.destroy()
  }

  #closed(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#onClose(this)
  }
}
