/** A time as it is written: its fields, whatever time zone they are in. */
export interface PythonDate {
  /** The written fields taken for UTC, whole seconds, in milliseconds since 1970. */
  seconds: number
  /** 0 to 999999. */
  microseconds: number
  /** As Python writes it, `+00:00`; empty where none was written. */
  offset: string
}

const DATE = /(?:(\d{4})(?:-(\d{1,2})-(\d{1,2})|\/(\d{1,2})\/(\d{1,2})|(\d{2})(\d{2})))/.source
const FRACTION = /(?:[.,](\d*))?/.source
const CLOCK = `(\\d{1,2}):(\\d{1,2})(?::(\\d{1,2})${FRACTION})?`
const PACKED = `(\\d{2})(\\d{2})(?:(\\d{2})${FRACTION})?`
const ZONE = /(?:\s*(Z|z|UTC|GMT|([+-])(\d{2})(?::?(\d{2}))?))?/.source
const FORM = new RegExp(`^\\s*${DATE}(?:(?:[Tt]|\\s+)(?:${CLOCK}|${PACKED}|(?<=[Tt])(\\d{2}))${ZONE})?\\s*$`)

const DAY_MS = 86_400_000
const LAST_YEAR = 9999

/**
 * A date with or without time, of ISO 8601 or FITS, with the result that python-dateutil has for
 * it; null: it is none. What dateutil would have to guess at (day before month, two-digit years, a
 * missing day) is none, nor is a leap second.
 */
export function parseDate(text: string): PythonDate | null {
  const m = FORM.exec(text)
  if (!m) return null
  const at = (...groups: number[]): number => Number(groups.map((i) => m[i]).find((part) => part !== undefined) ?? 0)
  const [year, month, day] = [at(1), at(2, 4, 6), at(3, 5, 7)]
  const [hour, minute, second] = [at(8, 12, 16), at(9, 13), at(10, 14)]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (year === 0 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  if (hour > 23 || minute > 59 || second > 59) return null
  const offset = offsetOf(m[17], m[18], at(19), at(20))
  if (offset === null) return null
  const microseconds = Number((m[11] ?? m[15] ?? '').padEnd(6, '0').slice(0, 6))
  return { seconds: date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000, microseconds, offset }
}

function offsetOf(zone: string | undefined, sign: string | undefined, hours: number, minutes: number): string | null {
  if (zone === undefined) return ''
  if (hours > 23 || minutes > 59) return null
  return `${hours || minutes ? (sign ?? '+') : '+'}${two(hours)}:${two(minutes)}`
}

/**
 * The time so many days later as Python's isoformat writes it: microseconds only where there are
 * any, then six digits. Years have four digits: what lies beyond is put at their end, and `capped`
 * says so.
 */
export function daysLater(date: PythonDate, days: number): { text: string; capped: boolean } {
  const later = new Date(date.seconds + days * DAY_MS)
  const year = later.getUTCFullYear()
  if (!(year <= LAST_YEAR)) return { text: `${LAST_YEAR}-12-31T23:59:59${date.offset}`, capped: true }
  const day = `${String(year).padStart(4, '0')}-${two(later.getUTCMonth() + 1)}-${two(later.getUTCDate())}`
  const time = `${two(later.getUTCHours())}:${two(later.getUTCMinutes())}:${two(later.getUTCSeconds())}`
  const fraction = date.microseconds ? `.${String(date.microseconds).padStart(6, '0')}` : ''
  return { text: `${day}T${time}${fraction}${date.offset}`, capped: false }
}

const two = (n: number): string => String(n).padStart(2, '0')
