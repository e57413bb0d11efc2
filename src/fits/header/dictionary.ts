import type { Hdu } from '../hdus.ts'
import { isPackedImage } from '../hdus.ts'
import { shown } from './card_values.ts'
import { type Entry, entriesOf } from './entries.ts'
import { type HeaderDict, sameValue } from './header_values.ts'
import { extendedEntries, imageEntries } from './image_entries.ts'

export { headerJson, readMetadata, valueJson } from './header_json.ts'
export { type HeaderDict, type HeaderValue, Real } from './header_values.ts'

/** A header, and what was tolerated in it, in words for the operator. */
export interface Read {
  dict: HeaderDict
  warnings: string[]
}

/**
 * Keyword to value as astropy reads a header. Commentary (COMMENT, HISTORY, cards without keyword) is one text, a line for
 * each card. Of a keyword that is there twice the first value holds.
 * @param cards of 80 characters, without END
 */
export function headerDict(cards: string[]): Read {
  const { entries, warnings } = entriesOf(cards)
  return dictOfEntries(entries, warnings)
}

/** The same for an HDU as astropy shows it: a packed image has the header of the image. */
export function dictOf(hdu: Hdu): Read {
  const { entries, warnings } = entriesOf(hdu.header.cards)
  if (isPackedImage(hdu.header)) return dictOfEntries(imageEntries(entries), warnings)
  return dictOfEntries(hdu.extended ? extendedEntries(entries) : entries, warnings)
}

function dictOfEntries(entries: Entry[], warnings: string[]): Read {
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
    if (before !== undefined && !sameValue(before, value)) repeated.set(key, (repeated.get(key) ?? 1) + 1)
    if (before === undefined) dict.set(key, value)
  }
  for (const [key, text] of lines) dict.set(key, text.join('\n'))
  return { dict, warnings: [...warnings, ...repetitions(entries, repeated)] }
}

/** Keywords named at most in warnings of repetition. */
const MAX_REPEATED = 50

function repetitions(entries: Entry[], repeated: Map<string, number>): string[] {
  if (!repeated.size) return []
  const values = new Map<string, string[]>()
  for (const key of [...repeated.keys()].slice(0, MAX_REPEATED)) values.set(key, [])
  for (const { key, value } of entries) values.get(key)?.push(shown(value))
  const said = [...values].map(
    ([key, all]) => `${key} is there ${all.length} times, with ${listed(all)}: the first value holds`,
  )
  const more = repeated.size - values.size
  return more ? [...said, `and ${more} more keywords are there more than once`] : said
}

const listed = (all: string[]): string =>
  all.length > 4 ? `${all.slice(0, 2).join(', ')} ... ${all.at(-1)}` : all.join(' and ')
