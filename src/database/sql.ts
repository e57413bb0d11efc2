import type postgres from 'postgres'
import { queries } from '../generated/sql.ts'
import type { Sql } from './open.ts'
import type { Statement } from './statement.ts'
import type { Template } from './template.ts'

export type { Sql } from './open.ts'
export type Fragment = Statement<postgres.RowList<postgres.Row[]>>

type Name = keyof typeof queries
type Slots<N extends Name> = (typeof queries)[N] extends Template<infer S> ? S : never

/**
 * The query of a file of sql/ (or of one of its named blocks) with its slots filled, to be awaited
 * or nested in another query. Values are bound as parameters; fragments are nested.
 * @throws TypeError for a slot that is left out: a mistake of the program
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
  return sql(strings, ...values)
}

/** The rows of a query, whose type is named here once: the SQL has to give these columns. */
export const rows = <Row>(statement: Fragment): Promise<Row[]> => statement as Promise<unknown[]> as Promise<Row[]>

/** The first row of a query; undefined: it has none. */
export const row = async <Row>(statement: Fragment): Promise<Row | undefined> => (await rows<Row>(statement))[0]

/** The empty fragment: an empty array would become a parameter. */
export const nothing = (sql: Sql): Fragment => sql``

/**
 * A fragment whose values decide how its statement is best run: it is never prepared, since a
 * prepared one may be planned once for all values.
 */
export function planned(fragment: Fragment): Fragment {
  fragment.isPlanned = true
  return fragment
}

/** Fragments side by side; of none the empty fragment. */
export const all = (sql: Sql, fragments: readonly Fragment[]): Fragment =>
  fragments.length === 0 ? nothing(sql) : fragments.reduce((left, right) => sql`${left} ${right}`)
