/**
 * Dates and times as clients spell them, made into the one spelling PostgreSQL gets.
 *
 * Two worlds, as in the reference archive: query filters are Django form fields (many spellings,
 * surrounding space forgiven), JSON bodies are Django REST framework fields (ISO 8601 only). Digits
 * are ASCII digits; JavaScript's Date parses none of it, because it guesses, depends on the
 * machine's zone and has no microseconds.
 */

/** No accepted spelling comes near this; it keeps hostile lengths away from the patterns. */
const LONGEST = 100

/** Python's white space without control characters; JavaScript adds the byte order mark. */
const BLANK = '[^\\S\\ufeff]'
const SURROUNDING_BLANKS = new RegExp(`^${BLANK}+|${BLANK}+$`, 'g')

/** Django's parse_datetime; a fraction has up to 12 digits, of which 6 count. */
const ISO_DATE_TIME = new RegExp(
  `^(?<Y>\\d{4})-(?<m>\\d{1,2})-(?<d>\\d{1,2})[T ](?<H>\\d{1,2}):(?<M>\\d{1,2})` +
    `(?::(?<S>\\d{1,2})(?:[.,](?<f>\\d{1,6})\\d{0,6})?)?${BLANK}*(?<zone>Z|[+-]\\d{2}(?::?\\d{2})?)?$`,
)

const MONTHS = 'january february march april may june july august september october november december'.split(' ')

/**
 * What each directive of Python's strptime matches. A day may be a blank and a digit; seconds go to
 * 61 in strptime, but no date-time can hold 60, so they end at 59 here.
 */
const DIRECTIVES: Record<string, string> = {
  Y: '(?<Y>\\d{4})',
  y: '(?<y>\\d{2})',
  m: '(?<m>1[0-2]|0[1-9]|[1-9])',
  b: `(?<month>${MONTHS.map((name) => name.slice(0, 3)).join('|')})`,
  B: `(?<month>${MONTHS.join('|')})`,
  d: '(?<d>3[01]|[12]\\d|0[1-9]|[1-9]| [1-9])',
  H: '(?<H>2[0-3]|[01]\\d|\\d)',
  M: '(?<M>[0-5]\\d|\\d)',
  S: '(?<S>[0-5]\\d|\\d)',
  f: '(?<f>\\d{1,6})',
}

/** strptime's pattern of a format: a space is any run of blanks, letters match in any case. */
function strptime(format: string): RegExp {
  const pattern = format
    .replace(/\./g, '\\.')
    .replace(/ /g, `${BLANK}+`)
    .replace(/%(\w)/g, (_, directive: string) => DIRECTIVES[directive]!)
  return new RegExp(`^${pattern}$`, 'i')
}

/** DATE_INPUT_FORMATS and DATETIME_INPUT_FORMATS of Django, English. */
const DATES = ['%Y-%m-%d', '%m/%d/%Y', '%m/%d/%y']
const DATE_FORMATS = [
  ...DATES,
  ...['%b %d %Y', '%b %d, %Y', '%d %b %Y', '%d %b, %Y', '%B %d %Y', '%B %d, %Y', '%d %B %Y', '%d %B, %Y'],
].map(strptime)
const DATE_TIME_FORMATS = DATES.flatMap((date) => [`${date} %H:%M:%S`, `${date} %H:%M:%S.%f`, `${date} %H:%M`]).map(
  strptime,
)
const DATE_TIME_OR_DATE_FORMATS = [...DATE_TIME_FORMATS, ...DATE_FORMATS]

const BODY_DATES = [/^(?<Y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})$/, /^(?<Y>\d{4})(?<m>\d\d)(?<d>\d\d)$/]

/** What a pattern found: the numbers as digits, absent where the spelling has none. */
type Parts = Partial<Record<string, string>>

function firstMatch(patterns: RegExp[], text: string): Parts | null {
  if (text.length > LONGEST) return null
  for (const pattern of patterns) {
    const parts = pattern.exec(text)?.groups
    if (parts) return parts
  }
  return null
}

const trim = (text: string): string => (text.length > LONGEST ? text : text.replace(SURROUNDING_BLANKS, ''))

function yearOf(parts: Parts): number {
  if (parts.Y !== undefined) return Number(parts.Y)
  const short = Number(parts.y)
  // POSIX, followed by Python: 69 is 1969, 68 is 2068.
  return short < 69 ? 2000 + short : 1900 + short
}

/** Milliseconds since 1970 of that midnight; null: no such day in the years 1 to 9999. */
function midnight(parts: Parts): number | null {
  const year = yearOf(parts)
  const month = parts.month === undefined ? Number(parts.m) : monthNumber(parts.month)
  const day = Number(parts.d)
  // setUTCFullYear, for Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const exists = year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return exists ? date.getTime() : null
}

/** 1 to 12; the first three letters tell all months apart. */
const monthNumber = (name: string): number =>
  MONTHS.findIndex((month) => month.startsWith(name.slice(0, 3).toLowerCase())) + 1

/** Minutes east of Greenwich; null for a day or more, which no zone is. No zone at all is UTC. */
function offsetMinutes(zone: string | undefined): number | null {
  if (zone === undefined || zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.length > 3 ? zone.slice(-2) : 0)
  if (minutes >= 24 * 60) return null
  return zone.startsWith('-') ? -minutes : minutes
}

function toDate(parts: Parts): string | null {
  const start = midnight(parts)
  return start === null ? null : new Date(start).toISOString().slice(0, 10)
}

function toDateTime(parts: Parts): string | null {
  const start = midnight(parts)
  const offset = offsetMinutes(parts.zone)
  const [hour, minute, second] = [Number(parts.H ?? 0), Number(parts.M ?? 0), Number(parts.S ?? 0)]
  if (start === null || offset === null || hour > 23 || minute > 59 || second > 59) return null
  const utc = new Date(start + ((hour * 60 + minute - offset) * 60 + second) * 1000)
  // The zone may have moved it out of the years that both Python and the wire can hold.
  if (utc.getUTCFullYear() < 1 || utc.getUTCFullYear() > 9999) return null
  const micros = (parts.f ?? '').padEnd(6, '0')
  return `${utc.toISOString().slice(0, 19)}${Number(micros) === 0 ? '' : `.${micros}`}Z`
}

/**
 * A date and time of a query parameter: ISO 8601 with or without zone, or any of Django's English
 * input formats, date only (midnight) included; surrounding blanks do not count. Gives
 * `YYYY-MM-DDTHH:MM:SS[.ffffff]Z`, a naive time being UTC, or null for "Enter a valid date/time.".
 */
export function parseDateTime(text: string): string | null {
  const trimmed = trim(text)
  const parts = firstMatch([ISO_DATE_TIME], trimmed) ?? firstMatch(DATE_TIME_OR_DATE_FORMATS, trimmed)
  return parts && toDateTime(parts)
}

/**
 * A date of a query parameter in any of Django's English input formats; surrounding blanks do not
 * count. Gives `YYYY-MM-DD`, or null for "Enter a valid date.".
 */
export function parseDate(text: string): string | null {
  const parts = firstMatch(DATE_FORMATS, trim(text))
  return parts && toDate(parts)
}

/**
 * A date and time of a body (or of the aggregate's parameters): ISO 8601 with at least hours and
 * minutes. Gives what `parseDateTime` gives, or null for "Datetime has wrong format.".
 */
export function parseBodyDateTime(text: string): string | null {
  const parts = firstMatch([ISO_DATE_TIME], text)
  return parts && toDateTime(parts)
}

/** A body's date, `YYYY-MM-DD` or `YYYYMMDD`, as the former; null: "Date has wrong format.". */
export function parseBodyDate(text: string): string | null {
  const parts = firstMatch(BODY_DATES, text)
  return parts && toDate(parts)
}
