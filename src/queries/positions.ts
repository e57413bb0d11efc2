import { query, row, type Sql } from '../database/sql.ts'

/** How far a server's write-ahead log is: written, or of a replica replayed. */
export interface Position {
  /** Whether it replays another server's log. */
  standby: boolean
  /** Bytes of the log; null: it does not tell. */
  position: number | null
  /** When the server was started, by its own clock: what tells two servers apart, and a server from itself before. */
  started: string
  /** The identifier that a server shares with its replicas alone. */
  system: string
}

/** Where the writer is. */
export const writerPosition = async (sql: Sql): Promise<Position> =>
  (await row<Position>(query(sql, 'positions.writer', {})))!

/** Where a replica is. */
export const replicaPosition = async (sql: Sql): Promise<Position> =>
  (await row<Position>(query(sql, 'positions.replica', {})))!

/** Below which everything is that has been read at the writer; null: it does not tell. */
export const seenPosition = async (sql: Sql): Promise<number | null> =>
  (await row<{ position: number | null }>(query(sql, 'positions.seen', {})))!.position
