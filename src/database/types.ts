import type postgres from 'postgres'
import type { Name, Statement, Written } from './statement.ts'

type Query<T extends readonly unknown[] = postgres.Row[]> = Statement<postgres.RowList<T & postgres.Row[]>>

/** Runs queries: a tagged template is a statement, run when awaited, or nested in another. */
export interface Sql {
  // biome-ignore lint/suspicious/noExplicitAny: a row is what the caller says it is
  <T extends readonly any[] = postgres.Row[]>(strings: TemplateStringsArray, ...values: readonly unknown[]): Query<T>
  /** The name of a table or a column, quoted. */
  (name: string): Name
  /** Plain text, which may hold several statements if nothing is bound; never prepared. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  unsafe<T extends readonly any[] = postgres.Row[]>(text: string, values?: readonly unknown[]): Query<T>
}

/** On whose behalf a query runs, and how long it may take. */
export interface QueryLimits {
  /** Aborted when nobody waits any more: a waiting query is dropped, a running one cancelled. */
  signal?: AbortSignal
  /** Queries of one share may use only part of the connections at once. */
  share?: string
  /** Milliseconds for a connection, and again for the result; null for no limit. */
  deadlineMs?: number | null
  /**
   * When everything has to be over, on the clock of performance.now(): from then on nothing begins,
   * and what runs is cancelled.
   */
  until?: number
  /** Told of each connection for how many milliseconds it was held, until what was cancelled ended. */
  held?(milliseconds: number): void
  observer?: StatementObserver
  /**
   * Of transactions: told of each that was committed where the server's write-ahead log was then,
   * in bytes, before it counts as done.
   */
  committed?(position: number): Promise<void>
  /** Of reads that a replica may answer: the position of the log that they have to know of; null: none. */
  asOf?(): number | null | Promise<number | null>
  /** Of the same: told by which server each was answered. */
  servedBy?(server: 'replica' | 'writer'): void
}

/** Told of what statements cost. */
export interface StatementObserver {
  /** A connection was waited for. */
  waited(ms: number): void
  /**
   * A statement was sent, and has been answered or given up.
   * @param template what it was written as
   * @param began on the clock of performance.now()
   */
  ran(template: TemplateStringsArray, began: number, ms: number, hasFailed: boolean): void
}

/** The rows of a statement, as the driver gives them. */
export type Rows = postgres.RowList<postgres.Row[]>

/** How far a queue for connections may grow before whoever comes next is refused. */
export interface QueueBounds {
  /** How many may wait. */
  length: number
  /** How many of one share. */
  perShare: number
  /** Milliseconds that anybody waits. */
  waitMs: number
}

/** How a pool is, and what it has done since it was opened. */
export interface PoolState {
  /** How many connections it may have. */
  size: number
  /** How many it has. */
  open: number
  /** How many of these somebody holds. */
  inUse: number
  /** How many wait for one. */
  waiting: number
  /** How many were refused one, or waited too long. */
  refused: number
  statements: number
  /** Statements that ended in an error, of the server or on the way; not those whose client left. */
  failures: number
}

/** Connections to a database, each used by one caller at a time. */
export interface Pool extends Sql {
  state(): PoolState
  /**
   * Runs `work` in a transaction and resolves once it is committed; otherwise nothing has happened.
   */
  begin<T>(work: (tx: Sql) => Promise<T>): Promise<T>
  /** The same connections under different limits. */
  withLimits(limits: QueryLimits): Pool
  /** A connection reserved for the caller, without a deadline, until it is released. */
  reserve(): Promise<Reserved>
  /** Waits for running queries, up to `timeout` seconds, then closes. */
  end(options?: { timeout?: number }): Promise<void>
}

/** A pool that can be given what was written for another. */
export interface ServerPool extends Pool {
  run(written: Written, limits: QueryLimits): Promise<Rows>
  withLimits(limits: QueryLimits): ServerPool
}

export interface Reserved extends Sql {
  release(): void
}

/** What a pooler in front of a server turned out not to take. */
export interface Learnt {
  refusesSettings?: boolean
  dropsPrepared?: boolean
}

export interface PoolOptions {
  max: number
  /** null: all may wait, as long as their own limits allow. */
  queue: QueueBounds | null
  /** Milliseconds to wait for a single statement; null for no limit. */
  deadlineMs: number | null
  /** The same for a statement in a transaction, which may wait for other writers. */
  transactionDeadlineMs: number | null
  /** `auto`: prepare until a pooler is noticed that separates statements from their connection. */
  prepare: 'auto' | 'always' | 'never'
  /** Whether only reads run here, which may be repeated when their connection is lost. */
  reads: boolean
  /** Told of each connection that is closed, for whatever reason. */
  closed?(): void
  /** Whether a running statement can be cancelled. */
  cancels: boolean
  /** Session settings that are dropped if a pooler refuses them. */
  optionalSettings: Record<string, string | number>
  /** `none`: a connection that is not needed any more is closed without a word, which costs less. */
  farewell?: 'none'
  /** For a pool that does not live long: what one before it has found out, and this one does. */
  learnt?: Learnt
  warn(message: string, fields?: Record<string, unknown>): void
}
