import { type Fragment, query, row, type Sql } from '../../database/sql.ts'

/** A user as authentication needs it. */
export interface UserRow {
  id: number
  username: string
  password: string
  is_staff: boolean
  is_superuser: boolean
  is_active: boolean
  /** Made here: the portal's account of that name is another person. */
  is_local: boolean
  /** Counts the times that all of the user's sessions were ended. */
  session_epoch: number
  /** Plain portal token of an adopted database; null or empty: none. */
  api_token: string | null
  api_token_sealed: string | null
  bearer_sealed: string | null
  /** Null: the portal was never asked. */
  proposals: string[] | null
}

const columns = (sql: Sql): Fragment => query(sql, 'users/find.columns', {})

/** By archive token or the portal's api token; `plain` finds adopted ones that have no hash yet. */
export const findUserByToken = (sql: Sql, hash: Uint8Array, plain: string): Promise<UserRow | undefined> =>
  row<UserRow>(query(sql, 'users/find.by_token', { columns: columns(sql), hash, plain }))

/** By a bearer token of the portal. */
export const findUserByBearer = (sql: Sql, hash: Uint8Array): Promise<UserRow | undefined> =>
  row<UserRow>(query(sql, 'users/find.by_bearer', { columns: columns(sql), hash }))

/** By id. */
export const findUserById = (sql: Sql, id: number): Promise<UserRow | undefined> =>
  row<UserRow>(query(sql, 'users/find.by_id', { columns: columns(sql), id }))

/** By exact name. */
export const findUserByName = (sql: Sql, username: string): Promise<UserRow | undefined> =>
  row<UserRow>(query(sql, 'users/find.by_name', { columns: columns(sql), username }))
