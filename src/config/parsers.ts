/** The result of parsing: the value, or what was expected instead. */
export type Parsed<T> = { readonly value: T } | { readonly expected: string }
export type Parser<T> = (text: string) => Parsed<T>

/** A request rate: `requests` in each period of `seconds`. */
export interface Rate {
  readonly requests: number
  readonly seconds: number
}

/** Unchanged, spaces included: for secrets. */
export const verbatim: Parser<string> = (text) => ({ value: text })

/** Without surrounding spaces. */
export const trimmed: Parser<string> = (text) => ({ value: text.trim() })

const TRUE = /^(true|1|yes|on|t|y)$/i
const FALSE = /^(false|0|no|off|f|n)$/i

/** True or False, in the spellings of Python's environment libraries. */
export const flag: Parser<boolean> = (text) => {
  if (TRUE.test(text.trim())) return { value: true }
  return FALSE.test(text.trim()) ? { value: false } : { expected: 'True or False' }
}

/** An integer within bounds, as Python's int() reads it (a plus sign and 1_000 are allowed). */
export const integerBetween =
  (min: number, max: number): Parser<number> =>
  (text) => {
    const value = /^\+?\d+(_\d+)*$/.test(text.trim()) ? Number(text.replaceAll('_', '')) : Number.NaN
    return value >= min && value <= max ? { value } : { expected: `a whole number from ${min} to ${max}` }
  }

/** A port number. */
export const port = integerBetween(1, 65535)

/** One of some words, in any case. */
export const oneOf =
  <const T extends string>(...words: readonly T[]): Parser<T> =>
  (text) => {
    const word = words.find((word) => word === text.trim().toLowerCase())
    return word === undefined ? { expected: words.join(' or ') } : { value: word }
  }

/** Comma separated and trimmed, without empty items. */
export const commaList: Parser<readonly string[]> = (text) => ({
  value: text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
})

/** A list without which the archive would refuse everything. */
export const nonEmptyCommaList: Parser<readonly string[]> = (text) => {
  const parsed = commaList(text)
  return 'value' in parsed && parsed.value.length === 0 ? { expected: 'a comma-separated list' } : parsed
}

const PERIODS: readonly (readonly [RegExp, number])[] = [
  [/^s(ec(ond)?s?)?$/i, 1],
  [/^m(in(ute)?s?)?$/i, 60],
  [/^h((ou)?rs?)?$/i, 3600],
  [/^d(ays?)?$/i, 86400],
]

/** A request rate such as 100/minute. */
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
  isHttp(parseUrl(text.trim())) ? { value: text.trim() } : { expected: HTTP_URL }

/**
 * An http(s) URL that paths are appended to, without trailing slashes. No password: messages show
 * it.
 */
export const baseUrl: Parser<string> = (text) => {
  const url = parseUrl(text.trim())
  if (!isHttp(url) || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    return { expected: `${HTTP_URL} and has no query, user or password` }
  return { value: text.trim().replace(/\/+$/, '') }
}

/**
 * Where a link on a page leads; null for no link. Only http(s) and local paths: others could be
 * javascript:.
 */
export const linkTarget: Parser<string | null> = (text) => {
  const target = text.trim()
  if (target === '') return { value: null }
  return target.startsWith('/') || isHttp(parseUrl(target))
    ? { value: target }
    : { expected: `${HTTP_URL}, or a path that begins with /` }
}

/**
 * A host name, address or socket directory. A URL pasted here would fail only at the first query.
 */
export const hostName: Parser<string> = (text) =>
  /[\s@]|:\/\//.test(text.trim()) ? { expected: 'a host name or address' } : { value: text.trim() }

/** The beginning of a file name in a Content-Disposition header. */
export const fileNamePart: Parser<string> = (text) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
  /["/\\;\u0000-\u001f\u007f]/.test(text.trim())
    ? { expected: 'a part of a file name, without quotes, slashes and semicolons' }
    : { value: text.trim() }

/** A directory, without trailing slashes. */
export const directory: Parser<string> = (text) =>
  text.includes('\0') ? { expected: 'a directory' } : { value: text.trim().replace(/(?<=[^/])\/+$/, '') }

/** A text as a URL; null if it is none. */
export function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
