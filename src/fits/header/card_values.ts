import { valueToJson } from './header_json.ts'
import { type HeaderValue, parseWholeNumber, Real } from './header_values.ts'

/** The value of a card; `warning` says what was tolerated, worded to follow the keyword. */
export interface ParsedValue {
  value: HeaderValue
  warning?: string
}

/** FITS 4.0 section 4.2, plus what programs write: lower-case and D exponents, inner blanks. */
const NUMBER = String.raw`[+-]? *(?:\.\d+|\d+(?:\.\d*)?) *(?:[deDE] *[+-]? *\d+)?`
const REAL_OR_WHOLE = new RegExp(`^${NUMBER}$`)
const COMPLEX = new RegExp(String.raw`^\( *${NUMBER} *, *${NUMBER} *\)$`)

/**
 * The value after a card's `= `, given as trimmed printable ASCII. An unreadable one is kept as
 * text up to the comment, as astropy does after `verify('fix')`.
 */
export function parseCardValue(text: string): ParsedValue {
  const quoted = readQuoted(text)
  if (quoted !== undefined) return { value: unquote(quoted) }
  const slash = text.indexOf('/')
  const word = (slash < 0 ? text : text.slice(0, slash)).trim()
  if (word === '') return { value: null }
  if (word === 'T' || word === 'F') return { value: word === 'T' }
  if (REAL_OR_WHOLE.test(word)) return parseNumber(word)
  if (COMPLEX.test(word)) return { value: word, warning: 'is a complex number: kept as text' }
  return { value: word, warning: `has a value that is not valid in FITS: kept as the text ${abbreviate(word)}` }
}

/**
 * The text of a quoted string, its inner quotes still doubled; undefined if there is none. It ends
 * at the first quote followed by nothing or a comment, so undoubled quotes do no harm.
 */
export function readQuoted(text: string): string | undefined {
  if (!text.startsWith("'")) return undefined
  for (let end = text.indexOf("'", 1); end > 0; end = text.indexOf("'", end + 1)) {
    let next = end + 1
    while (text[next] === ' ') next++
    if (next === text.length || text[next] === '/') return text.slice(1, end)
  }
  return undefined
}

/** Undoubles quotes and drops trailing blanks, which mean nothing (FITS 4.0 section 4.2.1). */
export const unquote = (quoted: string): string => quoted.replaceAll("''", "'").trimEnd()

function parseNumber(word: string): ParsedValue {
  const text = word.replaceAll(' ', '')
  if (/^[+-]?\d+$/.test(text)) return { value: parseWholeNumber(text) }
  const value = parseReal(text)
  if (Number.isFinite(value)) return { value: new Real(value) }
  return { value: new Real(value), warning: `is ${abbreviate(word)}, which is larger than any number: it becomes null` }
}

const parseReal = (text: string): number => Number(text.replace(/[dD]/, 'e'))

/** A record-valued keyword (FITS WCS paper IV): its value names a field, as in `'AXIS.1: 2'`. */
const RECORD =
  /^'([a-zA-Z_]\w*(?:\.\d+)?(?:\.[a-zA-Z_]\w*(?:\.\d+)?)*): +([+-]?(?:\.\d+|\d+(?:\.\d*)?)(?:[DE][+-]?\d+)?)' *(?:\/|$)/

/** The field and value of a record-valued card; undefined for any other. */
export function parseRecordValue(text: string): { field: string; value: Real } | undefined {
  const found = text.includes(': ') ? RECORD.exec(text) : null
  return found ? { field: found[1]!, value: new Real(parseReal(found[2]!)) } : undefined
}

/** A value as messages show it, cut to 60 characters. */
export function abbreviate(value: HeaderValue): string {
  const text = typeof value === 'string' ? `'${value}'` : valueToJson(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
