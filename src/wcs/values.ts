import { type HeaderDict, type HeaderValue, Real } from '../fits/dictionary.ts'

/** Why headers do not lead to sky coordinates: for the operator. */
export class WcsFault extends Error {}

/**
 * The number of a keyword; undefined where it is missing, has no value, or is no number. A text of digits is no number
 * in a FITS header, and a truth value is none either.
 */
export function numberAt(headers: HeaderDict, key: string): number | undefined {
  return numberOf(headers.get(key))
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
