import { httpUrl, type Parser, parseUrl } from './parsers.ts'

/** `name=value` pairs, comma separated, their values percent-encoded where they need it. */
export const pairs: Parser<Readonly<Record<string, string>>> = (text) => {
  const items = text.split(',').map((item) => item.trim())
  const found = items.filter((item) => item !== '').map((item) => /^([^=\s]+)\s*=\s*(.*)$/.exec(item))
  try {
    return { value: Object.fromEntries(found.map((pair) => [pair![1]!, decodeURIComponent(pair![2]!)])) }
  } catch {
    return { expected: 'name=value, comma separated' }
  }
}

/** The same for headers, which have to be some. */
export const headerPairs: Parser<Readonly<Record<string, string>>> = (text) => {
  const parsed = pairs(text)
  const isHeader = ([name, value]: [string, string]) =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\x20-\x7e]*$/.test(value)
  return 'value' in parsed && !Object.entries(parsed.value).every(isHeader)
    ? { expected: 'name=value, comma separated, of headers' }
    : parsed
}

/** A share, from 0 to 1. */
export const share: Parser<number> = (text) => {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return value >= 0 && value <= 1 ? { value } : { expected: 'a number from 0 to 1' }
}

export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

/** An http(s) URL with its path. No password: messages show it. */
export const endpoint: Parser<string> = (text) => {
  const url = parseUrl(text.trim())
  return url?.username || url?.password
    ? { expected: 'a URL without user and password (OTEL_EXPORTER_OTLP_HEADERS)' }
    : httpUrl(text)
}
