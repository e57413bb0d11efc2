import { type ParsedValue, parseCardValue, parseRecordValue, readQuoted, unquote } from './card_values.ts'
import type { HeaderValue } from './header_values.ts'

/** A card together with the CONTINUE cards that follow it. */
export interface HeaderEntry {
  key: string
  value: HeaderValue
  /** Text without a value, such as COMMENT; all of one keyword belongs together. */
  commentary: boolean
}

export interface HeaderEntries {
  entries: HeaderEntry[]
  warnings: string[]
}

/** A damaged header could give as many warnings as it has cards. */
const MAX_WARNINGS = 50
const COMMENTARY = new Set(['', 'COMMENT', 'HISTORY', 'END'])

/** The keywords and values of a header in order, with warnings about what was tolerated. */
export function parseEntries(cards: string[]): HeaderEntries {
  const warnings: string[] = []
  let unsaid = 0
  const warn = (text: string) => {
    if (warnings.length < MAX_WARNINGS) warnings.push(text)
    else unsaid++
  }
  const unprintable = new Set<string>()
  const entries: HeaderEntry[] = []
  for (let i = 0; i < cards.length; ) {
    let end = i + 1
    while (end < cards.length && cards[end]!.startsWith('CONTINUE')) end++
    const given = cards.slice(i, end)
    const clean = given.map(replaceUnprintable)
    const entry = parseEntry(clean, warn)
    if (clean.some((card, k) => card !== given[k]) && unprintable.size < 10) unprintable.add(entry.key)
    entries.push(entry)
    i = end
  }
  if (unprintable.size)
    warn(
      `${[...unprintable].join(', ')}: characters other than printable ASCII were replaced by a question mark or a blank`,
    )
  if (unsaid) warnings.push(`and ${unsaid} more warnings of this header`)
  return { entries, warnings }
}

/**
 * `?` for what is above ASCII, as astropy does; a blank for control characters, some of which the
 * database refuses.
 */
function replaceUnprintable(card: string): string {
  const padded = card.padEnd(80)
  if (/^[ -~]*$/.test(padded)) return padded
  return padded.replace(/[^ -\uffff]|\x7f/g, ' ').replace(/[^ -~]/g, '?')
}

function parseEntry(cards: string[], warn: (text: string) => void): HeaderEntry {
  const card = cards[0]!
  const word = card.slice(0, 8).trim()
  const name = word.toUpperCase()
  const commentary = (key: string) => ({ key, value: cards.join('').slice(8).trimEnd(), commentary: true })
  if (COMMENTARY.has(name)) return commentary(name)
  const { key, start } = splitKeyword(card, word, name)
  if (start < 0) {
    if (card.slice(8).trim()) warn(`${key}: a card without '= ' after its keyword is kept as text`)
    return { key, value: cards.join('').slice(8).trimEnd(), commentary: false }
  }
  if (COMMENTARY.has(key.toUpperCase())) return commentary(key.toUpperCase())
  const text = card.slice(start).trim()
  const record =
    name === 'HIERARCH' || name === 'CONTINUE' ? undefined : parseRecordValue(cards.join('').slice(start).trim())
  if (record) return { key: `${key}.${record.field}`, value: record.value, commentary: false }
  const { value, warning } = cards.length === 1 ? parseCardValue(text) : joinContinued(text, cards.slice(1))
  if (warning) warn(`${key} ${warning}`)
  return { key, value, commentary: false }
}

/** A card's keyword and where its value begins; -1 without a value. */
function splitKeyword(card: string, word: string, name: string): { key: string; start: number } {
  if (name === 'CONTINUE') return { key: name, start: card.indexOf(' ') }
  if (name === 'HIERARCH' && card[8] === ' ') {
    const equals = card.indexOf('=')
    // ESO's convention: any words up to =, in any case
    return equals < 0 ? { key: word, start: -1 } : { key: card.slice(9, equals).trim(), start: equals + 1 }
  }
  const equals = card.indexOf('= ')
  if (equals < 0 || equals > 8) return { key: word, start: -1 }
  return { key: (equals < 8 ? word.slice(0, equals) : word).toUpperCase(), start: equals + 2 }
}

/** A string continued over CONTINUE cards (FITS 4.0 section 4.2.1.2), with or without `&`. */
function joinContinued(text: string, cards: string[]): ParsedValue {
  const first = readQuoted(text)
  if (first === undefined)
    return { ...parseCardValue(text), warning: 'is not a string, but CONTINUE cards follow it: they were ignored' }
  const rest = cards.map((card) => readQuoted(card.slice(card.indexOf(' ')).trim()))
  const pieces = [first, ...rest].map((piece) => piece?.trimEnd().replace(/&$/, '') ?? '')
  // a doubled quote may have been split between two cards: read the joined text again
  const value = unquote(readQuoted(`'${pieces.join('')}' /`) ?? pieces.join(''))
  return rest.includes(undefined)
    ? { value, warning: 'has a CONTINUE card without a quoted string: it was ignored' }
    : { value }
}
