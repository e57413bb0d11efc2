import { type HeaderDict, type HeaderValue, Real } from '../../fits/header/dictionary.ts'

/**
 * Whether a header says anything, as Python's truth has it: not missing, null, empty, false or
 * zero.
 */
export function isGiven(value: HeaderValue | undefined): boolean {
  const plain = value instanceof Real ? value.value : value
  // NaN is true in Python alone
  return Boolean(plain) || Number.isNaN(plain)
}

/** Whether headers are all there with a value: zero and false are values. */
export const areSet = (headers: HeaderDict, keys: readonly string[]): boolean =>
  keys.every((key) => (headers.get(key) ?? '') !== '')

/** A value as text; empty where it says nothing. */
export function textOf(value: HeaderValue | undefined): string {
  if (value === undefined || value === null) return ''
  return String(value instanceof Real ? value.value : value)
}

/** A value as a message shows it. */
export const showValue = (value: HeaderValue | undefined): string =>
  typeof value === 'string' ? `'${value.slice(0, 60)}'` : textOf(value) || 'nothing'
