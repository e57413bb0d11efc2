import { type HeaderDict, type HeaderValue, Real, wholeNumber } from './header_values.ts'

/**
 * A header as JSON text, the numbers as Python's json.dumps writes them: `12.0`, `1e-05`, whole numbers in full. NaN and
 * infinity, which JSON does not have, are null.
 */
export function headerJson(dict: ReadonlyMap<string, HeaderValue>): string {
  const members = []
  for (const [key, value] of dict) members.push(`${JSON.stringify(key)}:${valueJson(value)}`)
  return `{${members.join(',')}}`
}

/** One value, written in the same way. */
export function valueJson(value: HeaderValue): string {
  if (value instanceof Real) return realJson(value.value)
  if (typeof value === 'bigint') return String(value)
  // a number that is not whole is a real that nobody marked
  if (typeof value === 'number') return Number.isInteger(value) ? String(BigInt(value)) : realJson(value)
  return JSON.stringify(value)
}

/** The fewest digits that give the number back; with an exponent below 1e-4 and from 1e16 on, as Python's repr has it. */
function realJson(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  if (Object.is(value, -0)) return '-0.0'
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  if (power < -4 || power >= 16) return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}

/**
 * The reverse: keyword to value out of the text of a flat JSON object. `12.0` is a real and `12` a whole number, as they
 * are written.
 * @throws Error that says what is wrong: no JSON, no object, or a value that is a list or an object
 */
export function readMetadata(json: string): HeaderDict {
  const whole: unknown = parsed(json)
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole))
    throw new Error('the metadata must be one JSON object, of keyword to value')
  for (const [key, value] of Object.entries(whole))
    if (typeof value === 'object' && value !== null)
      throw new Error(
        `${key} of the metadata is ${Array.isArray(value) ? 'a list' : 'an object'}: it must be a text, a number, true, false or null`,
      )
  return flatMembers(json)
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new Error(`the metadata is not JSON: ${(error as Error).message}`)
  }
}

/** The members of an object without lists and objects, which JSON.parse accepts. */
function flatMembers(json: string): HeaderDict {
  const dict: HeaderDict = new Map()
  let key: string | undefined
  for (let at = 0; at < json.length; ) {
    if (json[at] === '"') {
      const end = endOfString(json, at)
      const text: string = JSON.parse(json.slice(at, end))
      if (key === undefined) key = text
      else {
        dict.set(key, text)
        key = undefined
      }
      at = end
    } else if (/[-\w]/.test(json[at]!) && key !== undefined) {
      const word = json.slice(at, endOfWord(json, at))
      dict.set(key, wordValue(key, word))
      key = undefined
      at += word.length
    } else at++
  }
  return dict
}

function wordValue(key: string, word: string): HeaderValue {
  if (word === 'null') return null
  if (word === 'true' || word === 'false') return word === 'true'
  if (/^-?\d+$/.test(word)) return wholeNumber(word)
  const value = Number(word)
  if (!Number.isFinite(value)) throw new Error(`${key} of the metadata is ${word}, which is larger than any number`)
  return new Real(value)
}

function endOfString(json: string, at: number): number {
  let end = at + 1
  while (json[end] !== '"') end += json[end] === '\\' ? 2 : 1
  return end + 1
}

function endOfWord(json: string, at: number): number {
  let end = at
  while (end < json.length && /[-+.\w]/.test(json[end]!)) end++
  return end
}
