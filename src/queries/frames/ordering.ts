import { type Fragment, query, type Sql } from '../../database/sql.ts'
import { type Refusal, refuse } from '../../schemas/fields.ts'
import { type Cone, centreOf } from '../../schemas/sky.ts'

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
  int: { holds: Number.isInteger, bind: (sql, value) => sql`${value}::int` },
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

/** What follows `order by`. */
export const orderBy = (sql: Sql, ordering: Ordering, direction: Keyset['direction']): Fragment =>
  ordering
    .map((key): Fragment => {
      const by = expression(sql, key)
      return falls(key, direction) ? sql`${by} desc` : sql`${by} asc`
    })
    .reduce((left, right) => sql`${left}, ${right}`)

/**
 * The condition "after that row": for keys a, b it is `a > x or (a = x and b > y)`. The default
 * order has a row comparison of its own, which PostgreSQL walks along one index.
 */
export function keysetCondition(sql: Sql, ordering: Ordering, { direction, values }: Keyset): Fragment {
  const [first, second] = ordering
  if (first?.field === 'observation_date' && second?.field === 'id' && first.descending === second.descending) {
    const [date, id] = values
    return falls(first, direction)
      ? sql`and (f.observation_date, f.id) < (${date}::timestamptz, ${id}::int)`
      : sql`and (f.observation_date, f.id) > (${date}::timestamptz, ${id}::int)`
  }
  const condition = ordering.reduceRight<Fragment | null>((rest, key, i) => {
    const by = expression(sql, key)
    const value = TYPES[FIELDS[key.field]].bind(sql, values[i]!)
    const past = falls(key, direction) ? sql`${by} < ${value}` : sql`${by} > ${value}`
    return rest ? sql`(${past} or (${by} = ${value} and ${rest}))` : past
  }, null)
  return sql`and ${condition}`
}
