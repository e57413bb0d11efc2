import { query, row, rows, type Sql } from '../database/sql.ts'

/** What a database server says of itself. */
export interface ServerFacts {
  version: string
  version_number: number
  encoding: string
  is_replica: boolean
  statement_timeout: string
  /** The version of the extension; null: it is not there. */
  postgis: string | null
  pg_trgm: string | null
  is_encrypted: boolean
  role: string
  /** Its clock, in seconds since 1970. */
  clock: number
}

/** An index as the catalogue has it. */
export interface FoundIndex {
  table: string
  name: string
  is_valid: boolean
  is_unique: boolean
  /** From `using` on, in lower case. */
  definition: string
  statement: string
  is_being_built: boolean
}

/** A trigger as the catalogue has it. */
export interface FoundTrigger {
  name: string
  table: string
  is_on: boolean
}

/** How far a replica is behind. */
export interface LagFacts {
  bytes: number | null
  /** null: it has replayed nothing yet. */
  seconds: number | null
  is_receiving: boolean
}

/** What the server says of itself and of this connection. */
export const serverFacts = async (sql: Sql): Promise<ServerFacts> =>
  (await row<ServerFacts>(query(sql, 'doctor/database.server', {})))!

/** Those of these tables that the connection's role may not read and write. */
export const refusedTables = async (sql: Sql, tables: readonly string[]): Promise<string[]> =>
  (await row<{ refused: string[] }>(query(sql, 'doctor/database.rights', { tables })))!.refused

/** All indexes of the archive's schema. */
export const foundIndexes = (sql: Sql): Promise<FoundIndex[]> =>
  rows<FoundIndex>(query(sql, 'doctor/database.indexes', {}))

/** All triggers of the archive's schema. */
export const foundTriggers = (sql: Sql): Promise<FoundTrigger[]> =>
  rows<FoundTrigger>(query(sql, 'doctor/database.triggers', {}))

/** Whether the frames are kept in partitions. */
export const isPartitioned = async (sql: Sql): Promise<boolean> =>
  (await row<{ is_partitioned: boolean }>(query(sql, 'doctor/database.partitioned', {})))?.is_partitioned ?? false

/** How far `reader`, a replica, is behind `writer` now. */
export async function lagFacts(writer: Sql, reader: Sql): Promise<LagFacts> {
  const { written } = (await row<{ written: string }>(query(writer, 'doctor/database.position', {})))!
  return (await row<LagFacts>(query(reader, 'doctor/database.lag', { written })))!
}

/** Sequences that would give a number which their column has already. */
export const sequencesBehind = (sql: Sql): Promise<{ sequence: string; relation: string; field: string }[]> =>
  rows(query(sql, 'sequences/behind', {}))
