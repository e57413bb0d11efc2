import { type HeaderDict, type HeaderValue, Real } from '../../src/fits/header/dictionary.ts'

export type Headers = Record<string, string | boolean | number | null>

/** Headers as a file gives them. */
export function dict(headers: Headers): HeaderDict {
  const real = (value: Headers[string]): HeaderValue =>
    typeof value === 'number' && !Number.isInteger(value) ? new Real(value) : value
  return new Map(Object.entries(headers).map(([key, value]) => [key, real(value)]))
}
