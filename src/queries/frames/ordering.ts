import { type Fragment, query, type Sql } from '../../database/sql.ts'
import { type Cone, centreOf } from '../../schemas/sky.ts'
import { type Refusal, refuse } from '../../schemas/values.ts'

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
  distance: 'float8',
} as const
export type OrderingField = keyof typeof FIELDS

export interface OrderingKey {
  field: OrderingField
  descending: boolean
  /** From where `distance` is measured, as WKT: see measuredFrom(). */
  centre?: string
}
/** Ends in id or basename, so that the order is total. */
export type Ordering = readonly OrderingKey[]

type Value = string | number | null

/** Where a page goes on: the keys of the row it follows (or precedes, going backward). */
export interface Keyset {
  direction: 'forward' | 'backward'
  values: readonly Value[]
}

/** Fields that no two frames share: nothing that comes after them has a say. */
const UNIQUE: readonly OrderingField[] = ['id', 'basename']
/** Each order is a statement of its own: four fields make some ten thousand, all ten a billion. */
const MAX_KEYS = 4

/** Newest first. */
export const DEFAULT_ORDERING: Ordering = [
  { field: 'observation_date', descending: true },
  { field: 'id', descending: true },
]

/** Whether it is newest first. */
export const isDefault = (ordering: Ordering): boolean => orderingText(ordering) === '-observation_date,-id'

/**
 * `-observation_date,basename` as keys: unknown and repeated fields are left out, and what follows
 * a unique one; none left gives the default; ties go by -id. More than four fields are refused.
 */
export function parseOrdering(text: string): Ordering | Refusal {
  const keys: OrderingKey[] = []
  for (const part of text.split(',')) {
    const name = part.trim()
    const descending = name.startsWith('-')
    const field = (descending ? name.slice(1) : name) as OrderingField
    if (!Object.hasOwn(FIELDS, field) || keys.some((k) => k.field === field)) continue
    if (keys.length === MAX_KEYS) return refuse(`Order by at most ${MAX_KEYS} fields.`)
    keys.push({ field, descending })
    if (UNIQUE.includes(field)) return keys
  }
  return keys.length === 0 ? DEFAULT_ORDERING : [...keys, { field: 'id', descending: true }]
}

/** Degrees: every frame within the cone is measured, and then sorted. */
const MAX_RADIUS = 10

/** An ordering in which `distance`, if it is there, is measured from the middle of the cone. */
export function measuredFrom(ordering: Ordering, cone: Cone | undefined): Ordering | Refusal {
  if (!isByDistance(ordering)) return ordering
  if (!cone) return refuse('Order by distance needs a `cone`, from whose middle it is measured.')
  if (cone.radius > MAX_RADIUS) return refuse(`Order by distance needs a cone of at most ${MAX_RADIUS} degrees.`)
  return ordering.map((key) => (key.field === 'distance' ? { ...key, centre: centreOf(cone) } : key))
}

/** Whether `distance` has a say. */
export const isByDistance = (ordering: Ordering): boolean => ordering.some(({ field }) => field === 'distance')

/** An ordering as the parameter writes it: `-observation_date,id`. */
export const orderingText = (ordering: Ordering): string =>
  ordering.map((k) => (k.descending ? '-' : '') + k.field).join(',')

/** The values of a row that a cursor keeps. */
export const keysOf = (row: Readonly<Record<Exclude<OrderingField, 'distance'>, Value>>, ordering: Ordering): Value[] =>
  ordering.map((k) => (k.field === 'distance' ? null : row[k.field]))

const isText = (value: unknown): boolean => typeof value === 'string'

/**
 * How a cursor's value is checked and bound, by type; without the cast it would take the other
 * operand's collation.
 */
const TYPES: Record<
  (typeof FIELDS)[OrderingField],
  { holds(value: unknown): boolean; bind(sql: Sql, value: Value): Fragment }
> = {
  int: { holds: Number.isInteger, bind: (sql, value) => sql`${value}::bigint` },
  text: { holds: isText, bind: (sql, value) => sql`${value}::text collate "C"` },
  timestamptz: { holds: isText, bind: (sql, value) => sql`${value}::timestamptz` },
  float8: {
    holds: (value) => value === null || typeof value === 'number',
    bind: (sql, value) => sql`${value ?? Number.NaN}::float8`,
  },
}

/** Whether values out of a cursor can be bound to the ordering's fields. */
export const fits = (ordering: Ordering, values: unknown): values is Value[] =>
  Array.isArray(values) &&
  values.length === ordering.length &&
  ordering.every(({ field }, i) => TYPES[FIELDS[field]].holds(values[i]))

const expression = (sql: Sql, { field, centre }: OrderingKey): Fragment =>
  field === 'distance' ? query(sql, 'frames/ordering.distance', { centre }) : query(sql, `frames/ordering.${field}`, {})

/** Whether a key's values fall in this direction. */
const falls = (key: OrderingKey, direction: Keyset['direction']): boolean =>
  key.descending === (direction === 'forward')

const listed = (sql: Sql, fragments: readonly Fragment[]): Fragment =>
  fragments.reduce((left, right) => sql`${left}, ${right}`)

const sorted = (sql: Sql, keys: readonly { by: Fragment; falls: boolean }[]): Fragment =>
  listed(
    sql,
    keys.map(({ by, falls }) => (falls ? sql`${by} desc` : sql`${by} asc`)),
  )

/** What follows `order by`. */
export const orderBy = (sql: Sql, ordering: Ordering, direction: Keyset['direction']): Fragment =>
  sorted(
    sql,
    ordering.map((key) => ({ by: expression(sql, key), falls: falls(key, direction) })),
  )

/** Some of the rows that follow another: a condition, and an order that is theirs as well. */
export interface Following {
  from: Fragment
  ordering: Fragment
}

/**
 * The rows after that row, in as many parts as it takes for each to be walked along an index: the
 * first rows of all parts are the first of all. Keys that fall the same way are one row comparison,
 * (a, b) < (x, y). Where the way turns, as in "a asc, b desc", it is those equal in a, and then
 * those beyond: (a, b) < (x, y) and a >= x, by a desc, b desc; a > x, by a asc, b desc. (Of
 * `a = x and b < y by b desc` PostgreSQL may make a walk along b, past all other values of a.)
 */
export function rowsAfter(sql: Sql, ordering: Ordering, { direction, values }: Keyset): Following[] {
  const keys = ordering.map((key, i) => ({
    by: expression(sql, key),
    value: TYPES[FIELDS[key.field]].bind(sql, values[i]!),
    falls: falls(key, direction),
  }))
  const bys = (n: number) =>
    listed(
      sql,
      keys.slice(0, n).map((k) => k.by),
    )
  const bounds = (n: number) =>
    listed(
      sql,
      keys.slice(0, n).map((k) => k.value),
    )
  const turns = keys.flatMap((key, i) => (i > 0 && key.falls !== keys[i - 1]!.falls ? [i] : []))
  return [0, ...turns].map((start, i): Following => {
    const end = turns[i] ?? keys.length
    const down = keys[start]!.falls
    const past = down ? sql`and (${bys(end)}) < (${bounds(end)})` : sql`and (${bys(end)}) > (${bounds(end)})`
    if (start === 0) return { from: past, ordering: sorted(sql, keys) }
    const within = down
      ? sql`and (${bys(start)}) >= (${bounds(start)})`
      : sql`and (${bys(start)}) <= (${bounds(start)})`
    const turned = keys.map((key, at) => (at < start ? { ...key, falls: down } : key))
    return { from: sql`${past} ${within}`, ordering: sorted(sql, turned) }
  })
}
