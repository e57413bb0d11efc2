/**
 * The arrays that statements bind and return: the array's OID, and a parser for its elements' text.
 */
const ARRAYS = {
  name: [1003, String],
  boolean: [1000, (text: string) => text === 't'],
  int2: [1005, Number],
  int4: [1007, Number],
  int8: [1016, Number],
  float4: [1021, Number],
  float8: [1022, Number],
  text: [1009, String],
  varchar: [1015, String],
  date: [1182, String],
  timestamptz: [1185, String],
} as const satisfies Record<string, readonly [oid: number, parse: (text: string) => unknown]>

/** A one-dimensional array in PostgreSQL's text form; null and undefined elements become NULL. */
export function writeArray(values: readonly unknown[]): string {
  const items = values.map((value) => {
    if (value === null || value === undefined) return 'NULL'
    return typeof value === 'string' ? `"${value.replace(/["\\]/g, '\\$&')}"` : String(value)
  })
  return `{${items.join(',')}}`
}

const ITEM = /"((?:[^"\\]|\\.)*)"|([^,{}]+)/gs

/** Numbers, of which there are as many arrays on a page as there are frames. */
const PLAIN_ITEMS = /^\{[\d.,-]+\}$/

/** Parses a one-dimensional array in PostgreSQL's text form. */
export function readArray<T>(text: string, parse: (item: string) => T): (T | null)[] {
  if (text === '{}') return []
  if (PLAIN_ITEMS.test(text)) return text.slice(1, -1).split(',').map(parse)
  return [...text.matchAll(ITEM)].map(([, quoted, plain]) => {
    if (quoted !== undefined) return parse(quoted.replace(/\\(.)/gs, '$1'))
    return plain === 'NULL' ? null : parse(plain!)
  })
}

/**
 * Array types for the driver. Otherwise it asks each new connection for them: a round trip, and an
 * uncaught error if the connection is lost meanwhile (porsager/postgres#1192).
 */
export const arrayTypes = Object.fromEntries(
  Object.entries(ARRAYS).map(([name, [oid, parse]]) => [
    `${name}_array`,
    {
      to: oid,
      from: [oid],
      serialize: writeArray,
      parse: (text: string) => readArray<unknown>(text, parse),
    },
  ]),
)
