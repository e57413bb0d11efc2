import { query, row, rows, type Sql } from '../../database/sql.ts'

/** A user as the operator sees it; times as PostgreSQL text in UTC. */
export interface UserSummary {
  id: number
  username: string
  is_superuser: boolean
  is_staff: boolean
  is_active: boolean
  /** Made here, and not known to the Observation Portal. */
  is_local: boolean
  date_joined: string
  /** When the user last gave a password; null: never, or not that this database knows. */
  last_login: string | null
  /** When the archive's token was made; null: there is none. */
  token_since: string | null
  /** Null: the portal was never asked. */
  proposal_count: number | null
}

/** One user, with what only concerns that one. */
export interface UserDetails extends UserSummary {
  first_name: string
  last_name: string
  email: string
  proposals: string[] | null
  proposals_seen: string | null
  /** Whether the portal's token of the user is kept. */
  has_portal_token: boolean
}

/** The rights that an operator gives and takes. */
export const RIGHTS = ['superuser', 'staff', 'active'] as const
export type Right = (typeof RIGHTS)[number]

/** All users, by name. */
export const listUsers = (sql: Sql): Promise<UserSummary[]> =>
  rows<UserSummary>(query(sql, 'users/manage.list', { columns: query(sql, 'users/manage.columns', {}) }))

/** A user by exact name. */
export const getUser = (sql: Sql, username: string): Promise<UserDetails | undefined> =>
  row<UserDetails>(query(sql, 'users/manage.get', { columns: query(sql, 'users/manage.columns', {}), username }))

/** Gives or takes rights; those that are not named stay. */
export async function setRights(sql: Sql, id: number, rights: readonly Right[], value: boolean): Promise<void> {
  const wanted = (right: Right) => (rights.includes(right) ? value : null)
  const slots = { is_superuser: wanted('superuser'), is_staff: wanted('staff'), is_active: wanted('active') }
  await query(sql, 'users/manage.change', { id, ...slots })
}

/** How many active superusers there are. */
export const countSuperusers = async (sql: Sql): Promise<number> =>
  (await row<{ superusers: number }>(query(sql, 'users/manage.superusers', {})))!.superusers
