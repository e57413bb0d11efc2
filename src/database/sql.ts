import type postgres from 'postgres'
import { queries } from '../generated/sql.ts'
import type { Sql } from './open.ts'
import type { Template } from './template.ts'

export type { Sql } from './open.ts'
export type Fragment = postgres.PendingQuery<postgres.Row[]>

type Name = keyof typeof queries
type Slots<N extends Name> = (typeof queries)[N] extends Template<infer S> ? S : never

/**
 * The query of a file of sql/ (or of one of its named blocks) with its slots filled, to be awaited or nested in another query.
 * Values are bound as parameters; fragments are nested. A slot that is left out is a mistake of the program and throws.
 */
export function query<N extends Name>(sql: Sql, name: N, slots: Record<Slots<N>, unknown>): Fragment {
  const { strings, slots: names } = queries[name] as Template<string>
  const given = slots as Record<string, unknown>
  const values = new Array<unknown>(names.length)
  for (let i = 0; i < names.length; i++) {
    const value = given[names[i]!]
    if (value === undefined) throw new TypeError(`${name}: slot :${names[i]} is not filled`)
    values[i] = value
  }
  return sql(strings, ...values) as Fragment
}

const NOTHING = Object.assign([''], { raw: [''] }) as unknown as TemplateStringsArray
const JOIN = Object.assign(['', ' ', ''], { raw: ['', ' ', ''] }) as unknown as TemplateStringsArray

/** The empty fragment: an empty array would become a parameter. */
export const nothing = (sql: Sql): Fragment => sql(NOTHING) as Fragment

/** Fragments side by side, none giving the empty fragment. */
export function all(sql: Sql, fragments: Fragment[]): Fragment {
  if (fragments.length === 0) return nothing(sql)
  return fragments.reduce((left, right) => sql(JOIN, left, right) as Fragment)
}
