import { FitsError } from '../error.ts'
import { MAX_HEADER_BLOCKS } from '../limits.ts'
import type { Source } from '../source.ts'

export const BLOCK = 2880
const CARD = 80
const PER_BLOCK = BLOCK / CARD

export type Value = string | number | boolean | undefined

/** A header: its cards of 80 characters without END and without the blank ones before it, and the blocks it takes. */
export interface Header {
  cards: string[]
  blocks: number
  /** The value of the first card of a name; undefined without one, or where it has none. */
  get(name: string): Value
  /** The values of all cards of a name. */
  all(name: string): Value[]
}

/** Is told, in words that follow the file's name, what is wrong with a file and can be borne with. */
export type Tolerate = (warning: string) => void

/**
 * Reads the header at `offset`; undefined where the file ends (or is filled with zeros or blanks, as some are). With
 * `tolerate` the file may also end with what is no header, and the fill behind an END may be missing or be zeros.
 * @throws FitsError
 */
export async function readHeader(source: Source, offset: number, tolerate?: Tolerate): Promise<Header | undefined> {
  const cards: string[] = []
  for (let blocks = 1; blocks <= MAX_HEADER_BLOCKS; blocks++) {
    const start = offset + (blocks - 1) * BLOCK
    const block = text(await source.read(start, BLOCK))
    if (blocks === 1 && isFill(block)) return undefined
    if (blocks === 1 && !/^(SIMPLE {2}|XTENSION)/.test(block)) {
      if (!offset) throw new FitsError('this is no FITS file')
      if (!tolerate) throw new FitsError(`no header begins at byte ${offset}`)
      tolerate(`what begins at byte ${offset}, behind the last HDU, is no header: it was left out`)
      return undefined
    }
    const short = block.length < BLOCK
    if (short && !tolerate) throw new FitsError(`the file ends within a header, at byte ${start + block.length}`)
    for (let i = 0; i < block.length; i += CARD) {
      const card = block.slice(i, i + CARD)
      if (/^END {5}/.test(card) || (tolerate && /^END[\0 ]*$/.test(card))) {
        if (short || card.includes('\0')) tolerate?.(`the header at byte ${offset} is not filled up with blanks`)
        return headerOf(cards, blocks)
      }
      cards.push(card)
    }
    if (short) throw new FitsError(`the file ends within a header, at byte ${start + block.length}`)
  }
  throw new FitsError(`the header at byte ${offset} does not end within ${MAX_HEADER_BLOCKS} blocks`)
}

export function headerOf(given: string[], blocks: number): Header {
  const cards = withoutBlankEnd(given)
  const first = new Map<string, string>()
  for (const card of cards) {
    const name = nameOf(card)
    if (card.startsWith('= ', 8) && !first.has(name)) first.set(name, card)
  }
  // few of the values are ever asked for
  const get = (name: string) => {
    const card = first.get(name)
    return card === undefined ? undefined : cardValue(card)
  }
  const all = (name: string) => cards.filter((card) => nameOf(card) === name && card.startsWith('= ', 8)).map(cardValue)
  return { cards, blocks, get, all }
}

export const nameOf = (card: string): string => card.slice(0, 8).trimEnd()

/** FITS 4.0 section 4.2: text in quotes (a quote is doubled), T or F, a number (D exponents too). */
function cardValue(card: string): Value {
  const rest = card.slice(10)
  const quoted = /^ *'((?:[^']|'')*)'/.exec(rest)
  if (quoted) return quoted[1]!.replaceAll("''", "'").trimEnd()
  const word = rest.split('/')[0]!.trim()
  if (word === 'T' || word === 'F') return word === 'T'
  return /^[+-]?(\d+\.?\d*|\.\d+)([EDed][+-]?\d+)?$/.test(word) ? Number(word.replace(/[Dd]/, 'E')) : undefined
}

const decoder = new TextDecoder('windows-1252')

/** Each byte as the character of its number. What a TextDecoder calls latin1 differs in a few, but is 10 times as fast. */
function text(block: Uint8Array): string {
  const decoded = decoder.decode(block)
  return /^[\0-\xff]*$/.test(decoded) ? decoded : String.fromCharCode(...block)
}

const isFill = (block: string): boolean => /^(\0*| *)$/.test(block.slice(0, CARD))

export function withoutBlankEnd(cards: string[]): string[] {
  let end = cards.length
  while (end > 0 && !cards[end - 1]!.trim()) end--
  return cards.slice(0, end)
}

/** A whole number of the header, from `least` up to `most`. @throws FitsError */
export function integer(header: Header, name: string, least: number, most: number, otherwise?: number): number {
  const value = header.get(name) ?? otherwise
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new FitsError(`${name} is ${value === undefined ? 'missing' : `${value}, which cannot be`}`)
  return value
}

/** The product of the axes NAXISn (or ZNAXISn), 0 without axes. @throws FitsError */
export function axes(header: Header, name: 'NAXIS' | 'ZNAXIS', most = 999): number[] {
  const count = integer(header, name, 0, most)
  return Array.from({ length: count }, (_, i) => integer(header, `${name}${i + 1}`, 0, Number.MAX_SAFE_INTEGER))
}

export function product(numbers: number[]): number {
  return numbers.reduce((whole, n) => whole * n, 1)
}

/** Bytes of a data unit without its padding, FITS 4.0 equation 2, and 6 for random groups. @throws FitsError */
export function dataLength(header: Header): number {
  const sizes = axes(header, 'NAXIS')
  if (!sizes.length) return 0
  const groups = header.get('GROUPS') === true && sizes[0] === 0
  const parameters = integer(header, 'PCOUNT', 0, Number.MAX_SAFE_INTEGER, 0)
  const count = integer(header, 'GCOUNT', 0, Number.MAX_SAFE_INTEGER, 1)
  const bytes = bytesPerPixel(header, 'BITPIX') * count * (parameters + product(groups ? sizes.slice(1) : sizes))
  if (!Number.isSafeInteger(bytes)) throw new FitsError('an HDU declares more bytes than can be counted')
  return bytes
}

export function bytesPerPixel(header: Header, name: 'BITPIX' | 'ZBITPIX'): number {
  const bits = header.get(name)
  if (![8, 16, 32, 64, -32, -64].includes(bits as number)) throw new FitsError(`${name} is ${bits ?? 'missing'}`)
  return Math.abs(bits as number) / 8
}

/** A length filled up to whole blocks. */
export const padded = (length: number): number => Math.ceil(length / BLOCK) * BLOCK

/** Blocks that so many cards and END need. */
export const blocksFor = (cards: number): number => Math.ceil((cards + 1) / PER_BLOCK)

/** Whole blocks of cards that a header has to spare. */
export function spareBlocks({ cards, blocks }: Header): number {
  return Math.floor((blocks * PER_BLOCK - cards.length - 1) / PER_BLOCK)
}

/** The bytes of a header. Where there is room to spare END goes to the last block, as CFITSIO does. */
export function headerBytes(cards: string[], blocks: number): Uint8Array {
  const bytes = new Uint8Array(blocks * BLOCK).fill(32)
  const end = Math.max(cards.length, (blocks - 1) * PER_BLOCK)
  for (const [i, card] of [...cards.entries(), [end, 'END'] as const])
    for (let j = 0; j < card.length; j++) bytes[i * CARD + j] = card.charCodeAt(j)
  return bytes
}

/**
 * A card as CFITSIO writes it: the name in capitals (of HIERARCH the words before =), and blanks for what is not
 * printable ASCII and for all that follows a NUL.
 */
export function cleaned(given: string): string {
  const card = given.replace(/\0.*$/s, '').padEnd(given.length)
  const end = card.startsWith('HIERARCH') ? Math.max(8, card.indexOf('=')) : 8
  return (card.slice(0, end).toUpperCase() + card.slice(end)).replace(/[^ -~]/g, ' ')
}
