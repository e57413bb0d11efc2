import { parseDate, parseDateTime } from './dates.ts'
import { hasNul, Refusal, refuse } from './values.ts'

// Texts of a query string as values, refusing what Django's form fields refuse and with their
// words.

/** Any text without NUL. */
export const queryText = (v: string): string | Refusal => (hasNul(v) ? refuse('Null characters are not allowed.') : v)

/** A date and time, as PostgreSQL text in UTC. */
export const queryDateTime = (v: string): string | Refusal => parseDateTime(v) ?? refuse('Enter a valid date/time.')
/** A date. */
export const queryDate = (v: string): string | Refusal => parseDate(v) ?? refuse('Enter a valid date.')

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i
/** A finite decimal number. */
export const queryNumber = (v: string): number | Refusal =>
  v.length <= 400 && NUMBER.test(v) && Number.isFinite(Number(v)) ? Number(v) : refuse('Enter a number.')

/**
 * A whole number of a column; null: a number that the column cannot hold, which matches nothing.
 */
function queryInteger(v: string, min: number, max: number): number | null | Refusal {
  const parsed = queryNumber(v)
  return typeof parsed === 'number' && !(Number.isInteger(parsed) && parsed >= min && parsed <= max) ? null : parsed
}
/** An id of an int4 column. */
export const queryId = (v: string) => queryInteger(v, 0, 2147483647)
/** A reduction level, an int2. */
export const queryLevel = (v: string) => queryInteger(v, -32768, 32767)

/** For id__gt and id__lt: a number beyond all ids is clamped, not refused. */
export const queryBoundary = (v: string): number | Refusal =>
  /^[+-]?\d+$/.test(v)
    ? Math.min(Math.max(Number(v), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
    : refuse('Enter a whole number.')

const MAX_LISTED = 100
/**
 * Comma-separated values, in one text or several: blanks around them and empty ones do not count,
 * and none at all is as if nothing were given. Up to 100 different ones, each as `parse` takes it.
 */
export function queryList(texts: readonly string[], parse: (v: string) => unknown): unknown[] | Refusal | undefined {
  const items = new Set(texts.flatMap((text) => text.split(',')).map((item) => item.trim()))
  items.delete('')
  if (items.size === 0) return undefined
  if (items.size > MAX_LISTED) return refuse(`Give at most ${MAX_LISTED} values; these are ${items.size}.`)
  const parsed = [...new Set([...items].map(parse))]
  return parsed.find((value) => value instanceof Refusal) ?? parsed
}

/** Django's NullBooleanField: what is neither true nor false is as if it were not given. */
export const queryFlag = (v: string): boolean | undefined =>
  /^(true|1)$/i.test(v) ? true : /^(false|0)$/i.test(v) ? false : undefined

/** One of the choices, in its exact case. */
export const queryChoice = (v: string, choices: readonly string[]): string | Refusal =>
  choices.includes(v) ? v : refuse(`Select a valid choice. ${v} is not one of the available choices.`)
