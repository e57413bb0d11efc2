import { type HeaderDict, type HeaderValue, Real } from '../header/dictionary.ts'
import { formatReal } from '../header/header_json.ts'

/** Why a header has no usable sky coordinates, in words for the operator. */
export class WcsError extends Error {}

/**
 * The number of a keyword; undefined if it is missing or has no value.
 * @throws WcsError for anything else: digits in a string are no number in FITS, and guesses go
 * wrong
 */
export function readNumber(headers: HeaderDict, key: string): number | undefined {
  const value = headers.get(key)
  const number = toNumber(value)
  if (number !== undefined || isBlank(value)) return number
  throw new WcsError(`${key} is ${quoteForMessage(value)}, which is not a number`)
}

/** The number of a mandatory keyword. @throws WcsError if there is none */
export function requireNumber(headers: HeaderDict, key: string): number {
  const number = readNumber(headers, key)
  if (number === undefined) throw new WcsError(`${key} ${headers.has(key) ? 'has no value' : 'is missing'}`)
  return number
}

/**
 * The string of a keyword; undefined if it is missing or blank.
 * @throws WcsError if it is no string
 */
export function readText(headers: HeaderDict, key: string): string | undefined {
  const value = headers.get(key)
  if (isBlank(value)) return undefined
  if (typeof value === 'string') return value.trim()
  throw new WcsError(`${key} is ${quoteForMessage(value)}, which is not a string`)
}

/** Whether a value says nothing. */
export function isBlank(value: HeaderValue | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

function quoteForMessage(value: HeaderValue | undefined): string {
  if (typeof value === 'string') return `'${value.slice(0, 60)}'`
  return String(value instanceof Real ? value.value : value)
}

/** A value as a number, as precise as its card would be; undefined if it is none. */
export function toNumber(value: HeaderValue | undefined): number | undefined {
  if (value instanceof Real) return roundAsOnCard(value.value)
  if (typeof value === 'number') return Number.isInteger(value) ? value : roundAsOnCard(value)
  return typeof value === 'bigint' ? Number(value) : undefined
}

/**
 * A real number as it would come back from a card, where values have 20 characters at most: the
 * reference library writes headers to cards before it reads coordinates.
 */
function roundAsOnCard(value: number): number {
  const text = formatReal(value)
  if (text.length <= 20) return value
  const mantissa = text.replace(/e.*/, '')
  const exponent = text.slice(mantissa.length)
  return Number(mantissa.slice(0, 20 - exponent.length) + exponent)
}
