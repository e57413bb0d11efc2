import { type HeaderDict, type HeaderValue, parseWholeNumber, Real } from './header_values.ts'

/**
 * A header as JSON text, numbers written as Python's json.dumps does: `12.0`, `1e-05`, integers in
 * full. NaN and infinity, which JSON lacks, become null.
 */
export function headerToJson(dict: ReadonlyMap<string, HeaderValue>): string {
  const members = []
  for (const [key, value] of dict) members.push(`${JSON.stringify(key)}:${valueToJson(value)}`)
  return `{${members.join(',')}}`
}

/** A single value, written the same way. */
export function valueToJson(value: HeaderValue): string {
  if (value instanceof Real) return realToJson(value.value)
  if (typeof value === 'bigint') return String(value)
  // a fraction that was not wrapped as Real
  if (typeof value === 'number') return Number.isInteger(value) ? String(BigInt(value)) : realToJson(value)
  return JSON.stringify(value)
}

/** As Python's repr: the shortest digits that round-trip, with a point or an exponent. */
function realToJson(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  if (Object.is(value, -0)) return '-0.0'
  const text = formatReal(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

/** The shortest digits that round-trip, with an exponent (`1e-05`) below 1e-4 and from 1e16 on. */
export function formatReal(value: number): string {
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (power >= -4 && power < 16) return String(value)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/**
 * The reverse: a flat JSON object as keyword to value, `12.0` as a real and `12` as an integer.
 * @throws Error with a message for people: not JSON, not an object, or a nested value
 */
export function parseMetadata(json: string): HeaderDict {
  const whole: unknown = parseJson(json)
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole))
    throw new Error('the metadata must be one JSON object of keywords and values')
  for (const [key, value] of Object.entries(whole))
    if (typeof value === 'object' && value !== null)
      throw new Error(
        `${key} of the metadata is ${Array.isArray(value) ? 'a list' : 'an object'}: it must be a string, a number, true, false or null`,
      )
  return parseMembers(json)
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new Error(`the metadata is not JSON: ${(error as Error).message}`)
  }
}

/** The members of a flat object that JSON.parse has accepted. */
function parseMembers(json: string): HeaderDict {
  const dict: HeaderDict = new Map()
  let key: string | undefined
  for (let at = 0; at < json.length; ) {
    if (json[at] === '"') {
      const end = findStringEnd(json, at)
      const text: string = JSON.parse(json.slice(at, end))
      if (key === undefined) key = text
      else {
        dict.set(key, text)
        key = undefined
      }
      at = end
    } else if (/[-\w]/.test(json[at]!) && key !== undefined) {
      const word = json.slice(at, findWordEnd(json, at))
      dict.set(key, parseWord(key, word))
      key = undefined
      at += word.length
    } else at++
  }
  return dict
}

function parseWord(key: string, word: string): HeaderValue {
  if (word === 'null') return null
  if (word === 'true' || word === 'false') return word === 'true'
  if (/^-?\d+$/.test(word)) return parseWholeNumber(word)
  const value = Number(word)
  if (!Number.isFinite(value)) throw new Error(`${key} of the metadata is ${word}, which is larger than any number`)
  return new Real(value)
}

function findStringEnd(json: string, at: number): number {
  let end = at + 1
  while (json[end] !== '"') end += json[end] === '\\' ? 2 : 1
  return end + 1
}

function findWordEnd(json: string, at: number): number {
  let end = at
  while (end < json.length && /[-+.\w]/.test(json[end]!)) end++
  return end
}
