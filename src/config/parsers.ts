/** What a parser makes of a text: the value, or what it would have accepted instead. */
export type Parsed<T> = { readonly value: T } | { readonly expected: string }
export type Parser<T> = (text: string) => Parsed<T>

/** A request rate: `requests` are allowed in each period of `seconds`. */
export interface Rate {
  readonly requests: number
  readonly seconds: number
}

/** As given, spaces included: for secrets. */
export const exact: Parser<string> = (text) => ({ value: text })

export const trimmed: Parser<string> = (text) => ({ value: text.trim() })

const TRUE = /^(true|1|yes|on|t|y)$/i
const FALSE = /^(false|0|no|off|f|n)$/i

export const flag: Parser<boolean> = (text) => {
  if (TRUE.test(text.trim())) return { value: true }
  return FALSE.test(text.trim()) ? { value: false } : { expected: 'True or False' }
}

/** A whole number within bounds, written as Python's int() reads it (a plus sign and 1_000 are allowed). */
export const integer =
  (min: number, max: number): Parser<number> =>
  (text) => {
    const value = /^\+?\d+(_\d+)*$/.test(text.trim()) ? Number(text.replaceAll('_', '')) : Number.NaN
    return value >= min && value <= max ? { value } : { expected: `a whole number from ${min} to ${max}` }
  }

export const port = integer(1, 65535)

/** One of some words, in any case. */
export const choice =
  <const T extends string>(...words: readonly T[]): Parser<T> =>
  (text) => {
    const word = words.find((word) => word === text.trim().toLowerCase())
    return word === undefined ? { expected: words.join(' or ') } : { value: word }
  }

/** Comma separated, trimmed, blanks left out. */
export const list: Parser<readonly string[]> = (text) => ({
  value: text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
})

/** A list without which the archive would refuse everything. */
export const nonEmptyList: Parser<readonly string[]> = (text) => {
  const parsed = list(text)
  return 'value' in parsed && parsed.value.length === 0 ? { expected: 'a comma-separated list' } : parsed
}

const PERIODS: readonly (readonly [RegExp, number])[] = [
  [/^s(ec(ond)?s?)?$/i, 1],
  [/^m(in(ute)?s?)?$/i, 60],
  [/^h((ou)?rs?)?$/i, 3600],
  [/^d(ays?)?$/i, 86400],
]

export const rate: Parser<Rate> = (text) => {
  const [, number, unit] = /^\s*([1-9]\d*)\s*\/\s*([a-z]+)\s*$/i.exec(text) ?? []
  const seconds = PERIODS.find(([words]) => unit !== undefined && words.test(unit))?.[1]
  const requests = Number(number)
  if (seconds === undefined || !Number.isSafeInteger(requests)) {
    return { expected: 'N/second, N/minute, N/hour or N/day, with N at least 1' }
  }
  return { value: { requests, seconds } }
}

const isHttp = (url: URL | null): url is URL => url?.protocol === 'http:' || url?.protocol === 'https:'
const HTTP_URL = 'a URL that begins with http:// or https://'

/** An http(s) URL, kept as written. */
export const httpUrl: Parser<string> = (text) =>
  isHttp(urlOf(text.trim())) ? { value: text.trim() } : { expected: HTTP_URL }

/** An http(s) URL that paths are appended to: without the slashes at its end. One with a password would be shown in messages. */
export const baseUrl: Parser<string> = (text) => {
  const url = urlOf(text.trim())
  if (!isHttp(url) || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    return { expected: `${HTTP_URL} and has no query, user or password` }
  return { value: text.trim().replace(/\/+$/, '') }
}

/** Where a link of a page leads, null for nowhere. Beside http(s) and paths of this site, a link could carry javascript:. */
export const link: Parser<string | null> = (text) => {
  const target = text.trim()
  if (target === '') return { value: null }
  return target.startsWith('/') || isHttp(urlOf(target))
    ? { value: target }
    : { expected: `${HTTP_URL}, or a path that begins with /` }
}

/** A host name, an address or the directory of a socket. A URL pasted here would go unnoticed until the first query. */
export const hostName: Parser<string> = (text) =>
  /[\s@]|:\/\//.test(text.trim()) ? { expected: 'a host name or address' } : { value: text.trim() }

/** The first part of a file name that goes into a Content-Disposition header. */
export const fileNamePart: Parser<string> = (text) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
  /["/\\;\u0000-\u001f\u007f]/.test(text.trim())
    ? { expected: 'a part of a file name, without quotes, slashes and semicolons' }
    : { value: text.trim() }

/** A directory, without the slash at its end. */
export const directory: Parser<string> = (text) =>
  text.includes('\0') ? { expected: 'a directory' } : { value: text.trim().replace(/(?<=[^/])\/+$/, '') }

/** The URL of a text, null where it is none. */
export function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
