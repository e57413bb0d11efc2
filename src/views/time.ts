/**
 * A time as PostgreSQL writes it in UTC (`2016-01-02 03:04:05.678+00`, or `…T…+00:00` inside JSON),
 * in ISO 8601 with `Z`, and six digits of a fraction or none (Python's isoformat, as recorded).
 * Beyond ISO's years (BC, infinity) the text stays as it is.
 */
export function isoTime(text: string): string {
  if (text.length < 20 || text.charCodeAt(4) !== 45) return text
  const end = text.lastIndexOf('+')
  const seconds = `${text.slice(0, 10)}T${text.slice(11, 19)}`
  return end > 20 ? `${seconds}.${text.slice(20, end).padEnd(6, '0')}Z` : `${seconds}Z`
}

/** The same of a time that may be missing. */
export const isoTimeOrNull = (text: string | null): string | null => (text === null ? null : isoTime(text))
