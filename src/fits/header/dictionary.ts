import type { Hdu } from '../hdus.ts'
import { isPackedImage } from '../hdus.ts'
import { abbreviate } from './card_values.ts'
import { type HeaderEntry, parseEntries } from './entries.ts'
import { type HeaderDict, isSameValue } from './header_values.ts'
import { unpackImageEntries, withExtend } from './image_entries.ts'

export { headerToJson as headerJson, parseMetadata as readMetadata, valueToJson as valueJson } from './header_json.ts'
export { type HeaderDict, type HeaderValue, Real } from './header_values.ts'

/** A header as a dictionary, and warnings about what was tolerated in it. */
export interface HeaderReading {
  dict: HeaderDict
  warnings: string[]
}

/**
 * Keyword to value, as astropy reads a header. COMMENT, HISTORY and cards without a keyword become
 * one text each, a line per card. The first of repeated keywords counts.
 * @param cards 80 characters each, without END
 */
export function parseHeaderDict(cards: string[]): HeaderReading {
  const { entries, warnings } = parseEntries(cards)
  return toHeaderDict(entries, warnings)
}

/** The header of an HDU as astropy shows it: for a packed image, that of the image. */
export function readHeaderDict(hdu: Hdu): HeaderReading {
  const { entries, warnings } = parseEntries(hdu.header.cards)
  if (isPackedImage(hdu.header)) return toHeaderDict(unpackImageEntries(entries), warnings)
  return toHeaderDict(hdu.extended ? withExtend(entries) : entries, warnings)
}

function toHeaderDict(entries: HeaderEntry[], warnings: string[]): HeaderReading {
  const dict: HeaderDict = new Map()
  const lines = new Map<string, string[]>()
  const repeated = new Map<string, number>()
  for (const { key, value, commentary } of entries) {
    if (commentary) {
      const known = lines.get(key)
      if (known) known.push(String(value))
      else lines.set(key, [String(value)])
      dict.set(key, null)
      continue
    }
    const before = dict.get(key)
    if (before !== undefined && !isSameValue(before, value)) repeated.set(key, (repeated.get(key) ?? 1) + 1)
    if (before === undefined) dict.set(key, value)
  }
  for (const [key, text] of lines) dict.set(key, text.join('\n'))
  return { dict, warnings: [...warnings, ...describeRepeats(entries, repeated)] }
}

/** Most keywords named in warnings about repeats. */
const MAX_REPEATED = 50

function describeRepeats(entries: HeaderEntry[], repeated: Map<string, number>): string[] {
  if (!repeated.size) return []
  const values = new Map<string, string[]>()
  for (const key of [...repeated.keys()].slice(0, MAX_REPEATED)) values.set(key, [])
  for (const { key, value } of entries) values.get(key)?.push(abbreviate(value))
  const said = [...values].map(
    ([key, all]) => `${key} appears ${all.length} times, with ${abbreviateList(all)}: the first value counts`,
  )
  const more = repeated.size - values.size
  return more ? [...said, `and ${more} more keywords appear more than once`] : said
}

const abbreviateList = (all: string[]): string =>
  all.length > 4 ? `${all.slice(0, 2).join(', ')} ... ${all.at(-1)}` : all.join(' and ')
