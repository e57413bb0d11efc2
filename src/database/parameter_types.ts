/** How the driver writes a value of a type, by OID. */
export type Serializers = Readonly<Record<number, (value: unknown) => unknown>>

const MOST = 512
/** By the text of a statement the OIDs of its parameters, as the server has described them. */
const known = new Map<string, readonly number[]>()

/** Notes the types of a statement's parameters. */
export function noteTypes(text: string, types: readonly number[]): void {
  known.delete(text)
  if (known.size >= MOST) known.delete(known.keys().next().value!)
  known.set(text, [...types])
}

/** After an error: a type may have changed since, and with it how values are written. */
export const forgetTypes = (text: string): void => void known.delete(text)

/**
 * The values of a statement that is not prepared as the driver would send them, once it had asked
 * for their types: with them at hand it has nothing to ask, and the statement goes in one piece
 * where it took two round trips.
 * @returns undefined: the driver has to ask, or declares some of the types by itself
 */
export function writtenValues(
  text: string,
  values: readonly unknown[],
  serializers: Serializers,
): (string | null)[] | undefined {
  const types = known.get(text)
  if (types?.length !== values.length || !values.every(isUndeclared)) return undefined
  return values.map((value, i) => {
    if (value === null) return null
    const serialize = serializers[types[i]!]
    return String(serialize ? serialize(value) : value)
  })
}

const isScalar = (value: unknown): boolean => value === null || typeof value === 'string' || typeof value === 'number'

/** Whether the driver leaves a value's type to the server: not that of a boolean, a date or bytes. */
const isUndeclared = (value: unknown): boolean => isScalar(value) || (Array.isArray(value) && value.every(isScalar))
