import { valueJson } from './header_json.ts'
import { type HeaderValue, Real, wholeNumber } from './header_values.ts'

/** What a card says; `odd` tells, in words that follow the keyword, what had to be tolerated. */
export interface CardValue {
  value: HeaderValue
  odd?: string
}

/** FITS 4.0 section 4.2, with what programs write besides: exponents in lower case and with D, blanks within. */
const NUMBER = String.raw`[+-]? *(?:\.\d+|\d+(?:\.\d*)?) *(?:[deDE] *[+-]? *\d+)?`
const REAL_OR_WHOLE = new RegExp(`^${NUMBER}$`)
const COMPLEX = new RegExp(String.raw`^\( *${NUMBER} *, *${NUMBER} *\)$`)

/**
 * The value in what stands behind `= ` of a card: printable ASCII without blanks around it. What cannot be read is given
 * as its text up to the comment, as astropy has it after `verify('fix')`.
 */
export function cardValue(text: string): CardValue {
  const quoted = quotedText(text)
  if (quoted !== undefined) return { value: unquoted(quoted) }
  const slash = text.indexOf('/')
  const word = (slash < 0 ? text : text.slice(0, slash)).trim()
  if (word === '') return { value: null }
  if (word === 'T' || word === 'F') return { value: word === 'T' }
  if (REAL_OR_WHOLE.test(word)) return numberOf(word)
  if (COMPLEX.test(word)) return { value: word, odd: 'is a complex number: kept as text' }
  return { value: word, odd: `has a value that is not written as FITS wants it: kept as the text ${shown(word)}` }
}

/**
 * What stands between the quotes of a string, where quotes are still doubled; undefined where there is no string. It ends
 * with the first quote behind which there is nothing, or a comment: quotes that should have been doubled do no harm.
 */
export function quotedText(text: string): string | undefined {
  if (!text.startsWith("'")) return undefined
  for (let end = text.indexOf("'", 1); end > 0; end = text.indexOf("'", end + 1)) {
    let next = end + 1
    while (text[next] === ' ') next++
    if (next === text.length || text[next] === '/') return text.slice(1, end)
  }
  return undefined
}

/** The string that is meant: its blanks at the end mean nothing (FITS 4.0 section 4.2.1). */
export const unquoted = (quoted: string): string => quoted.replaceAll("''", "'").trimEnd()

function numberOf(word: string): CardValue {
  const text = word.replaceAll(' ', '')
  if (/^[+-]?\d+$/.test(text)) return { value: wholeNumber(text) }
  const value = realOf(text)
  if (Number.isFinite(value)) return { value: new Real(value) }
  return { value: new Real(value), odd: `is ${shown(word)}, which is larger than any number: it becomes null` }
}

const realOf = (text: string): number => Number(text.replace(/[dD]/, 'e'))

/** A value that names a field of its keyword (the convention of record-valued keywords, FITS WCS paper IV): `'AXIS.1: 2'`. */
const RECORD =
  /^'([a-zA-Z_]\w*(?:\.\d+)?(?:\.[a-zA-Z_]\w*(?:\.\d+)?)*): +([+-]?(?:\.\d+|\d+(?:\.\d*)?)(?:[DE][+-]?\d+)?)' *(?:\/|$)/

/** Field and value of a record-valued card; undefined: it is none. */
export function recordValue(text: string): { field: string; value: Real } | undefined {
  const found = text.includes(': ') ? RECORD.exec(text) : null
  return found ? { field: found[1]!, value: new Real(realOf(found[2]!)) } : undefined
}

/** A value for a message: not too long. */
export function shown(value: HeaderValue): string {
  const text = typeof value === 'string' ? `'${value}'` : valueJson(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
