import postgres from 'postgres'
import { arrayTypes } from './arrays.ts'
import { connectionError, isPlainRefusal } from './faults.ts'
import { forgetTypes, noteTypes, type Serializers, writtenValues } from './parameter_types.ts'
import type { Written } from './statement.ts'

export type DriverOptions = postgres.Options<Record<string, postgres.PostgresType>>

/** A connected socket, secured if necessary. */
export interface Socket {
  /** Closes it at once, along with what is running. */
  destroy(): void
}

/** Where a connection goes. */
export interface ConnectionTarget {
  /** A URL for the driver; null if everything is in `options`. */
  url: string | null
  options: DriverOptions
  /** Opens the socket; null leaves that to the driver. */
  openSocket: ((options: DriverOptions) => Promise<Socket>) | null
}

/** The result of a statement: its rows, or why it failed. */
export type StatementResult = { rows: postgres.RowList<postgres.Row[]> } | { error: unknown }

/** A query as the driver takes it: what it looks at of its own, whose public type has none of this. */
interface DriverQuery {
  readonly strings: readonly string[]
  readonly args: readonly unknown[]
  /** The values as they are sent; undefined: the driver writes `args`, for which it asks their types. */
  readonly parameters: (string | null)[] | undefined
  readonly tagged: false
  readonly options: { readonly simple: boolean; readonly prepare: boolean }
  /** What it adds to the stack of an error. */
  readonly origin: ''
  resolve(rows: postgres.RowList<postgres.Row[]>): void
  reject(error: unknown): void
  forEachFn: ((row: postgres.Row, rows: postgres.Row[]) => void) | undefined
  /** Whether it runs. */
  active: boolean
  /** The session that it runs in, by the server's key for cancellations; null: it was not sent yet. */
  state: object | null
  prepared: boolean
  /** With the types of the parameters; null: it was not sent yet. */
  statement: { readonly types: readonly number[] } | null
}

/** What the driver looks at in order to cancel. */
type Cancellable = Pick<DriverQuery, 'active' | 'state'>

/** How long an abandoned statement may take to end after its cancellation. */
const CANCEL_MS = 2_000
/** A pooler drops the cancellation of what has not reached the server yet: it is sent again. */
const CANCEL_AGAIN_MS = 200

/**
 * One connection that runs one statement at a time: a driver instance limited to a single
 * connection. So no result can reach another statement, whatever the driver does after an error
 * (porsager/postgres#120, #1223). After an error that is more than a refusal the instance is
 * discarded.
 */
export class Connection {
  readonly #driver: postgres.Sql
  readonly #execute: (query: DriverQuery) => void
  readonly #cancel: (statement: Cancellable) => Promise<unknown>
  readonly #serializers: Serializers
  readonly #onClose: (connection: Connection) => void
  readonly #born = Date.now()
  #socket: Socket | null = null
  #abandoned: Promise<void> | null = null
  /** What runs or has run last. */
  #query: DriverQuery | null = null
  /** The number of statements it has prepared. */
  prepared = 0
  /** Whether it has returned anything yet. */
  hasAnswered = false
  /** Whether it can no longer be used. */
  isClosed = false

  /** @param onClose called once, when it can no longer be used */
  constructor({ url, options, openSocket }: ConnectionTarget, onClose: (connection: Connection) => void) {
    this.#onClose = onClose
    const all = {
      ...options,
      types: { ...arrayTypes, ...options.types },
      max: 1,
      fetch_types: false,
      no_subscribe: true,
      idle_timeout: null,
      max_lifetime: null,
      onclose: () => this.#closed(),
      ...(openSocket && { ssl: false, socket: (parsed: DriverOptions) => this.#open(openSocket, parsed) }),
    } as unknown as DriverOptions
    this.#driver = (url === null ? postgres(all) : postgres(url, all)) as unknown as postgres.Sql
    const { handler, canceller } = this.#driver`` as unknown as {
      handler: (query: DriverQuery) => void
      canceller: (statement: Cancellable) => Promise<unknown>
    }
    this.#serializers = this.#driver.options.serializers as Serializers
    this.#execute = handler
    this.#cancel = canceller
  }

  get ageMs(): number {
    return Date.now() - this.#born
  }

  async #open(openSocket: NonNullable<ConnectionTarget['openSocket']>, options: DriverOptions): Promise<Socket> {
    // the driver reconnects by itself when a connection ends during start-up; here a new instance
    // does
    if (this.isClosed || (this.#socket && !this.#abandoned)) throw connectionError('CONNECTION_CLOSED')
    const socket = await openSocket(options)
    // a cancellation has a connection of its own
    if (this.#abandoned) return socket
    this.#socket = socket
    if (this.isClosed) socket.destroy()
    return socket
  }

  /**
   * Runs a statement to its end. Rows are collected here, as the driver's row counter survives
   * errors.
   */
  async run({ text, values, isSimple }: Written, { prepare }: { prepare: boolean }): Promise<StatementResult> {
    if (!this.isUsable) return { error: connectionError('CONNECTION_CLOSED') }
    let isPartial = false
    const collect = (row: postgres.Row, rows: postgres.Row[]) => {
      isPartial = true
      rows.push(row)
    }
    const written = prepare || isSimple ? undefined : writtenValues(text, values, this.#serializers)
    const answer = await new Promise<StatementResult>((resolve) => {
      // whole from the beginning: of one whose functions are put in later, V8 keeps the rows through
      // every minor collection, so that a page takes half as long again
      const query: DriverQuery = {
        strings: [text],
        args: written ? [] : values,
        parameters: written,
        tagged: false,
        options: { simple: isSimple, prepare },
        origin: '',
        resolve: (rows) => resolve({ rows }),
        reject: (error) => resolve({ error }),
        forEachFn: isSimple ? undefined : collect,
        active: false,
        state: null,
        prepared: false,
        statement: null,
      }
      this.#query = query
      this.#execute(query)
      if (prepare && !query.prepared) this.prepared++
      // otherwise the driver repeats a statement with a stale plan, encoding its values twice
      query.prepared = false
    })
    this.hasAnswered = true
    const { statement } = this.#query!
    if ('rows' in answer && !written && !prepare && values.length > 0 && statement) noteTypes(text, statement.types)
    if ('error' in answer && written) forgetTypes(text)
    if ('error' in answer && (isPartial || !isPlainRefusal(answer.error))) this.destroy()
    return answer
  }

  get isUsable(): boolean {
    return !this.isClosed && this.#abandoned === null
  }

  /** Settles when the abandoned statement is over; null if none was abandoned. */
  get abandoned(): Promise<void> | null {
    return this.#abandoned
  }

  /**
   * Cancels the statement that runs, for which nobody waits, then closes the connection: a late
   * cancellation must not hit another statement.
   * @param asked what run() returned for it
   */
  abandon(asked: Promise<StatementResult>): void {
    const query = this.#query!
    let late: ReturnType<typeof setTimeout> | undefined
    const isLate = new Promise((resolve) => (late = setTimeout(resolve, CANCEL_MS)))
    const cancel = (of: Cancellable) => this.#cancel(of)?.catch(() => {})
    // the driver takes a statement for over as soon as its caller is told so
    const again = setInterval(() => {
      if (query.state) cancel({ state: query.state, active: true })
    }, CANCEL_AGAIN_MS)
    this.#abandoned = Promise.race([asked, isLate]).then(() => {
      clearTimeout(late)
      clearInterval(again)
      this.destroy()
    })
    cancel(query)
  }

  /** Ends it at once, and with it what is under way. */
  destroy(): void {
    if (this.isClosed) return
    if (this.#socket) this.#socket.destroy()
    else void this.#driver.end({ timeout: 0 }).catch(() => {})
    this.#closed()
  }

  /** Says goodbye to the server; nothing may be running. */
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
