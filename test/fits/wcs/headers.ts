import { readFileSync } from 'node:fs'
import { type HeaderDict, type HeaderValue, Real } from '../../../src/fits/header/dictionary.ts'

export type Headers = Record<string, string | boolean | number | null>

/** Data that was recorded, by its path from here. */
export const recorded = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))

/** Headers as a file gives them. */
export function dict(headers: Headers): HeaderDict {
  const real = (value: Headers[string]): HeaderValue =>
    typeof value === 'number' && !Number.isInteger(value) ? new Real(value) : value
  return new Map(Object.entries(headers).map(([key, value]) => [key, real(value)]))
}
