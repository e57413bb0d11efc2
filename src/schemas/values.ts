import { parseBodyDateTime } from './dates.ts'

// Values of bodies and queries, refusing what Django REST framework's fields refuse and with its
// words. Without zod, which takes longer to load than a query to be answered.

export class Refusal {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}
/** A value that cannot be used, and why, in the words of Django REST framework. */
export const refuse = (message: string): Refusal => new Refusal(message)

const NUL = 'Null characters are not allowed.'

/** The name Python would give the type of a JSON value: the reference's messages carry it. */
export function pythonType(value: unknown): string {
  if (value === null) return 'NoneType'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return 'dict'
}

/** Whether a text has a NUL character, which PostgreSQL cannot store. */
export const hasNul = (text: string): boolean => text.includes('\0')
const loneSurrogate = (text: string): boolean => !(text as string & { isWellFormed(): boolean }).isWellFormed()

/** A text or a number as a text, trimmed; `max`: characters. */
export function parseText(value: unknown, max: number, blank: 'blank' | 'filled'): string | Refusal {
  if (typeof value !== 'string' && typeof value !== 'number') return refuse('Not a valid string.')
  const text = String(value).trim()
  if (hasNul(text)) return refuse(NUL)
  if (loneSurrogate(text)) return refuse('Not a valid string.')
  if (text === '' && blank === 'filled') return refuse('This field may not be blank.')
  if (text.length > max * 2 || [...text].length > max)
    return refuse(`Ensure this field has no more than ${max} characters.`)
  return text
}

/** A whole number, or the digits of one. */
export function parseInteger(value: unknown, min: number, max: number): number | Refusal {
  if (typeof value !== 'number' && typeof value !== 'string') return refuse('A valid integer is required.')
  const written = String(value).trim()
  if (written.length > 1000) return refuse('String value too large.')
  // a number beyond 2^53 is out of range whatever its digits were
  if (!(typeof value === 'number' ? Number.isInteger(value) : /^[+-]?\d+(\.0*)?$/.test(written)))
    return refuse('A valid integer is required.')
  const number = Number(written)
  if (number < min) return refuse(`Ensure this value is greater than or equal to ${min}.`)
  if (number > max) return refuse(`Ensure this value is less than or equal to ${max}.`)
  return number
}

const WRONG_DATETIME =
  'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].'
/** ISO 8601, as PostgreSQL gets it. */
export const parseTime = (v: unknown): string | Refusal =>
  (typeof v === 'string' ? parseBodyDateTime(v) : null) ?? refuse(WRONG_DATETIME)

const TRUE = new Set('t T y Y yes Yes YES true True TRUE on On ON 1'.split(' '))
const FALSE = new Set('f F n N no No NO false False FALSE off Off OFF 0 0.0'.split(' '))
/** What Django REST framework takes for a boolean: `true`, `1`, `yes`, `on` and their opposites. */
export function parseBoolean(v: unknown): boolean | Refusal {
  const written = typeof v === 'string' ? v.trim() : typeof v === 'boolean' || typeof v === 'number' ? String(v) : ''
  if (TRUE.has(written)) return true
  return FALSE.has(written) ? false : refuse('Must be a valid boolean.')
}
