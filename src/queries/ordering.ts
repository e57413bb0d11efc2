import { type Fragment, query, type Sql } from '../database/sql.ts'
import { ValidationError } from '../errors.ts'
import type { FrameRow } from './frames.ts'

const FIELDS = {
  id: 'int',
  basename: 'text',
  observation_date: 'timestamptz',
  primary_optical_element: 'text',
  configuration_type: 'text',
  proposal_id: 'text',
  instrument_id: 'text',
  target_name: 'text',
  reduction_level: 'int',
  exposure_time: 'float8',
} as const
export type OrderingField = keyof typeof FIELDS

export interface OrderingKey {
  field: OrderingField
  descending: boolean
}
/** Ends in id or basename, so that the order is total. */
export type Ordering = readonly OrderingKey[]

/** Where a page goes on: the keys of the row it follows (or precedes, going backward). */
export interface Keyset {
  direction: 'forward' | 'backward'
  values: readonly (string | number | null)[]
}

/** Fields that no two frames share: nothing that comes after them has a say. */
const UNIQUE: readonly OrderingField[] = ['id', 'basename']
/** Each order is a statement of its own to the database: of four of the fields there are some ten thousand, of all of them some billion. */
const MAX_KEYS = 4

/**
 * `-observation_date,basename` as keys: unknown and repeated fields are left out, and what follows a unique one; none left gives the default;
 * ties go by -id.
 * @throws ValidationError for more than four fields
 */
export function parseOrdering(text: string | undefined): Ordering {
  const keys: OrderingKey[] = []
  for (const part of (text ?? '').split(',')) {
    const name = part.trim()
    const descending = name.startsWith('-')
    const field = (descending ? name.slice(1) : name) as OrderingField
    if (!Object.hasOwn(FIELDS, field) || keys.some((k) => k.field === field)) continue
    if (keys.length === MAX_KEYS) throw new ValidationError({ ordering: [`Order by at most ${MAX_KEYS} fields.`] })
    keys.push({ field, descending })
    if (UNIQUE.includes(field)) return keys
  }
  if (keys.length === 0) keys.push({ field: 'observation_date', descending: true })
  return [...keys, { field: 'id', descending: true }]
}

export const orderingText = (ordering: Ordering): string =>
  ordering.map((k) => (k.descending ? '-' : '') + k.field).join(',')

/** The values of a row that a cursor keeps. */
export const keysOf = (row: FrameRow, ordering: Ordering): (string | number | null)[] =>
  ordering.map((k) => row[k.field])

/** Whether values out of a cursor can be bound to the ordering's fields. */
export function fits(ordering: Ordering, values: unknown): values is (string | number | null)[] {
  return (
    Array.isArray(values) &&
    values.length === ordering.length &&
    ordering.every(({ field }, i) => {
      const type = FIELDS[field]
      const value = values[i]
      if (type === 'int') return Number.isInteger(value)
      if (type === 'float8') return value === null || typeof value === 'number'
      return typeof value === 'string'
    })
  )
}

const expression = (sql: Sql, field: OrderingField): Fragment => query(sql, `frames/ordering.${field}`, {})

export function orderingFragment(sql: Sql, ordering: Ordering, direction: Keyset['direction']): Fragment {
  return ordering
    .map((k) => {
      const descending = k.descending === (direction === 'forward')
      return query(sql, descending ? 'frames/keyset.desc' : 'frames/keyset.asc', { key: expression(sql, k.field) })
    })
    .reduce((left, right) => query(sql, 'frames/keyset.comma', { left, right }))
}

/**
 * The condition "after that row": for keys a, b it is `a > x or (a = x and b > y)`. The default order has a row comparison of its own,
 * which PostgreSQL walks along one index.
 */
export function keysetFragments(sql: Sql, ordering: Ordering, { direction, values }: Keyset): Fragment {
  const descends = (k: OrderingKey) => k.descending === (direction === 'forward')
  const [first, second] = ordering as [OrderingKey, OrderingKey | undefined]
  if (first.field === 'observation_date' && second?.field === 'id' && descends(first) === descends(second))
    return query(sql, descends(first) ? 'frames/keyset.default_before' : 'frames/keyset.default_after', {
      date: values[0],
      id: values[1],
    })
  const compare = (i: number, how: 'after' | 'before' | 'same') => {
    const { field } = ordering[i]!
    const value = query(sql, `frames/keyset_value.${FIELDS[field]}`, {
      value: values[i] === null ? Number.NaN : values[i],
    })
    return query(sql, `frames/keyset.${how}`, { key: expression(sql, field), value })
  }
  let condition: Fragment | undefined
  for (let i = ordering.length - 1; i >= 0; i--) {
    const past = compare(i, descends(ordering[i]!) ? 'before' : 'after')
    condition = condition
      ? query(sql, 'frames/keyset.either', {
          left: past,
          right: query(sql, 'frames/keyset.both', { left: compare(i, 'same'), right: condition }),
        })
      : past
  }
  return query(sql, 'frames/keyset.bound', { condition: condition! })
}
