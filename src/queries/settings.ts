import { query, row, type Sql } from '../database/sql.ts'

/** What the archive keeps for itself under a name; undefined: nothing. */
export async function get<T>(sql: Sql, name: string): Promise<T | undefined> {
  const kept = await row<{ value: T }>(query(sql, 'settings.get', { name }))
  return kept?.value
}

/** Keeps a JSON value under a name, in place of what was there. */
export async function put(sql: Sql, name: string, value: unknown): Promise<void> {
  await query(sql, 'settings.put', { name, value: JSON.stringify(value) })
}

/** Keeps the value unless there is one; gives what is kept, also when another was first. */
export async function putOnce<T>(sql: Sql, name: string, value: T): Promise<T> {
  await query(sql, 'settings.put_once', { name, value: JSON.stringify(value) })
  return (await get<T>(sql, name))!
}

/** Forgets what is kept under a name. */
export async function remove(sql: Sql, name: string): Promise<void> {
  await query(sql, 'settings.remove', { name })
}
