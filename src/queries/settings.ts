import { query, type Sql } from '../database/sql.ts'

/** What the archive keeps for itself under a name; undefined: nothing. */
export async function get<T>(sql: Sql, name: string): Promise<T | undefined> {
  const [row] = await query(sql, 'settings/settings.get', { name })
  return row?.value as T | undefined
}

export async function put(sql: Sql, name: string, value: unknown): Promise<void> {
  await query(sql, 'settings/settings.put', { name, value: JSON.stringify(value) })
}

/** Keeps the value unless there is one; answers the one that is kept, also when another process was first. */
export async function putOnce<T>(sql: Sql, name: string, value: T): Promise<T> {
  await query(sql, 'settings/settings.put_once', { name, value: JSON.stringify(value) })
  return (await get<T>(sql, name))!
}

export async function remove(sql: Sql, name: string): Promise<void> {
  await query(sql, 'settings/settings.remove', { name })
}
