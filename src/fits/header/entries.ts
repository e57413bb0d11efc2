import { type CardValue, cardValue, quotedText, recordValue, unquoted } from './card_values.ts'
import type { HeaderValue } from './header_values.ts'

/** A card, with the CONTINUE cards that go on with it. */
export interface Entry {
  key: string
  value: HeaderValue
  /** Commentary is text without a value; that of one keyword belongs together. */
  commentary: boolean
}

export interface Entries {
  entries: Entry[]
  warnings: string[]
}

/** Warnings of one header: a damaged one could give as many as it has cards. */
const MAX_WARNINGS = 50
const COMMENTARY = new Set(['', 'COMMENT', 'HISTORY', 'END'])

/** The keywords of a header with their values, in its order. */
export function entriesOf(cards: string[]): Entries {
  const warnings: string[] = []
  let unsaid = 0
  const warn = (text: string) => {
    if (warnings.length < MAX_WARNINGS) warnings.push(text)
    else unsaid++
  }
  const unprintable = new Set<string>()
  const entries: Entry[] = []
  for (let i = 0; i < cards.length; ) {
    let end = i + 1
    while (end < cards.length && cards[end]!.startsWith('CONTINUE')) end++
    const given = cards.slice(i, end)
    const clean = given.map(printable)
    const entry = entryOf(clean, warn)
    if (clean.some((card, k) => card !== given[k]) && unprintable.size < 10) unprintable.add(entry.key)
    entries.push(entry)
    i = end
  }
  if (unprintable.size)
    warn(`${[...unprintable].join(', ')}: what is not printable ASCII was replaced, by a question mark or a blank`)
  if (unsaid) warnings.push(`and ${unsaid} more warnings of this header`)
  return { entries, warnings }
}

/** Above ASCII a question mark, as astropy has it; control characters, which the database would not all take, are blanks. */
function printable(card: string): string {
  const padded = card.padEnd(80)
  if (/^[ -~]*$/.test(padded)) return padded
  return padded.replace(/[^ -\uffff]|\x7f/g, ' ').replace(/[^ -~]/g, '?')
}

function entryOf(cards: string[], warn: (text: string) => void): Entry {
  const card = cards[0]!
  const word = card.slice(0, 8).trim()
  const name = word.toUpperCase()
  const commentary = (key: string) => ({ key, value: cards.join('').slice(8).trimEnd(), commentary: true })
  if (COMMENTARY.has(name)) return commentary(name)
  const { key, start } = named(card, word, name)
  if (start < 0) {
    if (card.slice(8).trim()) warn(`${key}: a card that has no '= ' behind its keyword is kept as text`)
    return { key, value: cards.join('').slice(8).trimEnd(), commentary: false }
  }
  if (COMMENTARY.has(key.toUpperCase())) return commentary(key.toUpperCase())
  const text = card.slice(start).trim()
  const record =
    name === 'HIERARCH' || name === 'CONTINUE' ? undefined : recordValue(cards.join('').slice(start).trim())
  if (record) return { key: `${key}.${record.field}`, value: record.value, commentary: false }
  const { value, odd } = cards.length === 1 ? cardValue(text) : continued(text, cards.slice(1))
  if (odd) warn(`${key} ${odd}`)
  return { key, value, commentary: false }
}

/** The keyword of a card and where what it says begins; -1: the card has no value. */
function named(card: string, word: string, name: string): { key: string; start: number } {
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

/** A string that goes on in CONTINUE cards (FITS 4.0 section 4.2.1.2), whether `&` announces them or not. */
function continued(text: string, cards: string[]): CardValue {
  const first = quotedText(text)
  if (first === undefined)
    return { ...cardValue(text), odd: 'is no text, but CONTINUE cards follow it: they were left out' }
  const rest = cards.map((card) => quotedText(card.slice(card.indexOf(' ')).trim()))
  const pieces = [first, ...rest].map((piece) => piece?.trimEnd().replace(/&$/, '') ?? '')
  // a quote and its double may have come to lie on two cards: the whole is read again
  const value = unquoted(quotedText(`'${pieces.join('')}' /`) ?? pieces.join(''))
  return rest.includes(undefined) ? { value, odd: 'has a CONTINUE card without text in quotes: left out' } : { value }
}
