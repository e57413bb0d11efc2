import { type HeaderDict, type HeaderValue, Real } from '../header/dictionary.ts'

/** Why headers do not lead to sky coordinates: for the operator. */
export class WcsFault extends Error {}

/**
 * The number of a keyword; undefined where it is missing or has no value. Throws a fault for anything else: a text of
 * digits is no number in a FITS header, and what is guessed of it may be wrong.
 */
export function numberAt(headers: HeaderDict, key: string): number | undefined {
  const value = headers.get(key)
  const number = numberOf(value)
  if (number !== undefined || isBlank(value)) return number
  throw new WcsFault(`${key} is ${shown(value)}, which is not a number`)
}

/** The number of a keyword that there must be. */
export function neededNumber(headers: HeaderDict, key: string): number {
  const number = numberAt(headers, key)
  if (number === undefined) throw new WcsFault(`${key} ${headers.has(key) ? 'has no value' : 'is missing'}`)
  return number
}

/** The text of a keyword; undefined where it is missing or blank. Throws a fault for anything else. */
export function textAt(headers: HeaderDict, key: string): string | undefined {
  const value = headers.get(key)
  if (isBlank(value)) return undefined
  if (typeof value === 'string') return value.trim()
  throw new WcsFault(`${key} is ${shown(value)}, which is not a text`)
}

/** Whether a keyword says nothing. */
export function isBlank(value: HeaderValue | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

function shown(value: HeaderValue | undefined): string {
  if (typeof value === 'string') return `'${value.slice(0, 60)}'`
  return String(value instanceof Real ? value.value : value)
}

export function numberOf(value: HeaderValue | undefined): number | undefined {
  if (value instanceof Real) return asOnCard(value.value)
  if (typeof value === 'number') return Number.isInteger(value) ? value : asOnCard(value)
  return typeof value === 'bigint' ? Number(value) : undefined
}

/**
 * A real number as it comes back from a card: values have 20 characters at most there, so the last digits of a long
 * one are lost. The reference library writes the headers to cards before it reads coordinates from them.
 */
function asOnCard(value: number): number {
  const text = decimal(value)
  if (text.length <= 20) return value
  const mantissa = text.replace(/E.*/, '')
  const exponent = text.slice(mantissa.length)
  return Number(mantissa.slice(0, 20 - exponent.length) + exponent)
}

/** The shortest digits that make the number, with an exponent of two digits at least below 1e-4 and from 1e16 on. */
function decimal(value: number): string {
  const size = Math.abs(value)
  if ((size >= 1e-4 && size < 1e16) || size === 0) return String(value)
  const [mantissa, power] = value.toExponential().split('e') as [string, string]
  const exponent = Number(power)
  return `${mantissa}E${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
