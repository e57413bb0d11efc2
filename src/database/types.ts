import type postgres from 'postgres'

type Query<T extends readonly unknown[] = postgres.Row[]> = postgres.PendingQuery<T & postgres.Row[]>

/** What queries are sent to: a template's statement, run when it is awaited, or nested in another. */
export interface Sql {
  // biome-ignore lint/suspicious/noExplicitAny: a row is what the caller says it is
  <T extends readonly any[] = postgres.Row[]>(strings: TemplateStringsArray, ...values: readonly unknown[]): Query<T>
  /** A name, quoted; the columns and values of a row, as `insert` takes them. */
  (helped: string | object): postgres.Helper<string>
  /** A text, in which several statements may stand where nothing is bound; never prepared. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  unsafe<T extends readonly any[] = postgres.Row[]>(text: string, values?: readonly unknown[]): Query<T>
}

/** For whom a query is run, and how long it is waited for. */
export interface Limits {
  /** Aborted when nobody waits for the answer any more: what waits is dropped then, what runs is cancelled. */
  signal?: AbortSignal
  /** Who may have no more than a share of the connections at once. */
  share?: string
  /** Milliseconds for a connection, and again for an answer; null: for ever. */
  deadlineMs?: number | null
}

/** Connections to a database, each for one caller at a time. */
export interface Pool extends Sql {
  /** Runs `work` in a transaction, and answers only once it is committed; else nothing of it has happened. */
  begin<T>(work: (tx: Sql) => Promise<T>): Promise<T>
  /** The same connections within other limits. */
  within(limits: Limits): Pool
  /** One connection to oneself, without a deadline, until it is released. */
  reserve(): Promise<Reserved>
  /** Waits for what is under way, seconds at most, then closes. */
  end(options?: { timeout?: number }): Promise<void>
}

export interface Reserved extends Sql {
  release(): void
}

export interface PoolOptions {
  max: number
  /** Milliseconds that a statement of its own is waited for; null: for ever. */
  deadlineMs: number | null
  /** Likewise one in a transaction, which may wait for other writers. */
  transactionDeadlineMs: number | null
  /** `auto`: until a pooler is noticed that does not keep prepared statements with their connection. */
  prepare: 'auto' | 'always' | 'never'
  /** Whether nothing but reads is asked here, which may be asked again when their connection was lost. */
  reads: boolean
  /** Whether a statement that is under way can be stopped. */
  cancels: boolean
  /** Settings of a session that a pooler may refuse. They are left out then. */
  optionalSettings: Record<string, string | number>
  warn(message: string, fields?: Record<string, unknown>): void
}
