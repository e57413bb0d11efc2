import { FitsError } from '../error.ts'
import { MAX_HEADER_BLOCKS } from '../limits.ts'
import type { Source } from '../source.ts'

export const FITS_BLOCK = 2880
const CARD = 80
const PER_BLOCK = FITS_BLOCK / CARD

export type SimpleValue = string | number | boolean | undefined

/**
 * A header: its 80-character cards, without END and trailing blank ones, and its length in blocks.
 */
export interface Header {
  cards: string[]
  blocks: number
  /** The value of the first card with a keyword; undefined if it is missing or has none. */
  get(name: string): SimpleValue
  /** The values of all cards with a keyword. */
  all(name: string): SimpleValue[]
}

/** Called with a warning about each tolerable flaw, worded to follow the file's name. */
export type Tolerate = (warning: string) => void

/**
 * Reads the header at `offset`; undefined at the end of the file, which may be filled with zeros or
 * blanks. With `tolerate`, trailing bytes that are no header and bad padding after END pass.
 * @throws FitsError
 */
export async function readHeader(source: Source, offset: number, tolerate?: Tolerate): Promise<Header | undefined> {
  const cards: string[] = []
  for (let blocks = 1; blocks <= MAX_HEADER_BLOCKS; blocks++) {
    const start = offset + (blocks - 1) * FITS_BLOCK
    const block = decodeBlock(await source.read(start, FITS_BLOCK))
    if (blocks === 1 && isFill(block)) return undefined
    if (blocks === 1 && !/^(SIMPLE {2}|XTENSION)/.test(block)) {
      if (!offset) throw new FitsError('this is not a FITS file')
      if (!tolerate) throw new FitsError(`no header begins at byte ${offset}`)
      tolerate(`the bytes from ${offset} on, after the last HDU, are no header: they were ignored`)
      return undefined
    }
    const short = block.length < FITS_BLOCK
    if (short && !tolerate) throw new FitsError(`the file ends within a header, at byte ${start + block.length}`)
    for (let i = 0; i < block.length; i += CARD) {
      const card = block.slice(i, i + CARD)
      if (/^END {5}/.test(card) || (tolerate && /^END[\0 ]*$/.test(card))) {
        if (short || card.includes('\0')) tolerate?.(`the header at byte ${offset} is not padded with blanks`)
        return parseHeader(cards, blocks)
      }
      cards.push(card)
    }
    if (short) throw new FitsError(`the file ends within a header, at byte ${start + block.length}`)
  }
  throw new FitsError(`the header at byte ${offset} does not end within ${MAX_HEADER_BLOCKS} blocks`)
}

/** A header of the given cards that takes `blocks` blocks in its file. */
export function parseHeader(given: string[], blocks: number): Header {
  const cards = trimBlankCards(given)
  const first = new Map<string, string>()
  for (const card of cards) {
    const name = cardKeyword(card)
    if (card.startsWith('= ', 8) && !first.has(name)) first.set(name, card)
  }
  // parsed on demand: few of the values are ever read
  const get = (name: string) => {
    const card = first.get(name)
    return card === undefined ? undefined : parseSimpleValue(card)
  }
  const all = (name: string) =>
    cards.filter((card) => cardKeyword(card) === name && card.startsWith('= ', 8)).map(parseSimpleValue)
  return { cards, blocks, get, all }
}

/** The keyword of a card, without trailing blanks. */
export const cardKeyword = (card: string): string => card.slice(0, 8).trimEnd()

/** FITS 4.0 section 4.2: a quoted string, T or F, or a number (D exponents too). */
function parseSimpleValue(card: string): SimpleValue {
  const rest = card.slice(10)
  const quoted = /^ *'((?:[^']|'')*)'/.exec(rest)
  if (quoted) return quoted[1]!.replaceAll("''", "'").trimEnd()
  const word = rest.split('/')[0]!.trim()
  if (word === 'T' || word === 'F') return word === 'T'
  return /^[+-]?(\d+\.?\d*|\.\d+)([EDed][+-]?\d+)?$/.test(word) ? Number(word.replace(/[Dd]/, 'E')) : undefined
}

const decoder = new TextDecoder('windows-1252')

/** One character per byte. TextDecoder's latin1 differs for a few bytes but is 10 times as fast. */
function decodeBlock(block: Uint8Array): string {
  const decoded = decoder.decode(block)
  return /^[\0-\xff]*$/.test(decoded) ? decoded : String.fromCharCode(...block)
}

const isFill = (block: string): boolean => /^(\0*| *)$/.test(block.slice(0, CARD))

/** The cards without blank ones at the end. */
export function trimBlankCards(cards: string[]): string[] {
  let end = cards.length
  while (end > 0 && !cards[end - 1]!.trim()) end--
  return cards.slice(0, end)
}

/**
 * An integer keyword between `least` and `most`, or `otherwise` if it is missing.
 * @throws FitsError
 */
export function readInteger(header: Header, name: string, least: number, most: number, otherwise?: number): number {
  const value = header.get(name) ?? otherwise
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new FitsError(`${name} is ${value === undefined ? 'missing' : `${value}, which is not valid`}`)
  return value
}

/** The axis lengths NAXISn (or ZNAXISn); empty without axes. @throws FitsError */
export function readAxes(header: Header, name: 'NAXIS' | 'ZNAXIS', most = 999): number[] {
  const count = readInteger(header, name, 0, most)
  return Array.from({ length: count }, (_, i) => readInteger(header, `${name}${i + 1}`, 0, Number.MAX_SAFE_INTEGER))
}

/** The product of numbers; 1 for none. */
export function product(numbers: number[]): number {
  return numbers.reduce((whole, n) => whole * n, 1)
}

/**
 * The length of a data unit in bytes, without padding (FITS 4.0 equations 2 and 6).
 * @throws FitsError
 */
export function dataLength(header: Header): number {
  const sizes = readAxes(header, 'NAXIS')
  if (!sizes.length) return 0
  const groups = header.get('GROUPS') === true && sizes[0] === 0
  const parameters = readInteger(header, 'PCOUNT', 0, Number.MAX_SAFE_INTEGER, 0)
  const count = readInteger(header, 'GCOUNT', 0, Number.MAX_SAFE_INTEGER, 1)
  const bytes = bytesPerPixel(header, 'BITPIX') * count * (parameters + product(groups ? sizes.slice(1) : sizes))
  if (!Number.isSafeInteger(bytes)) throw new FitsError('an HDU declares more bytes than can be counted')
  return bytes
}

/** The bytes of a pixel. @throws FitsError for a BITPIX that FITS does not define */
export function bytesPerPixel(header: Header, name: 'BITPIX' | 'ZBITPIX'): number {
  const bits = header.get(name)
  if (![8, 16, 32, 64, -32, -64].includes(bits as number)) throw new FitsError(`${name} is ${bits ?? 'missing'}`)
  return Math.abs(bits as number) / 8
}

/** A length rounded up to whole blocks. */
export const paddedLength = (length: number): number => Math.ceil(length / FITS_BLOCK) * FITS_BLOCK

/** The blocks that this many cards and END take. */
export const blocksNeeded = (cards: number): number => Math.ceil((cards + 1) / PER_BLOCK)

/** The whole blocks a header has to spare. */
export function spareBlocks({ cards, blocks }: Header): number {
  return Math.floor((blocks * PER_BLOCK - cards.length - 1) / PER_BLOCK)
}

/** The bytes of a header. With room to spare END goes into the last block, as CFITSIO puts it. */
export function encodeHeader(cards: string[], blocks: number): Uint8Array {
  const bytes = new Uint8Array(blocks * FITS_BLOCK).fill(32)
  const end = Math.max(cards.length, (blocks - 1) * PER_BLOCK)
  for (const [i, card] of [...cards.entries(), [end, 'END'] as const])
    for (let j = 0; j < card.length; j++) bytes[i * CARD + j] = card.charCodeAt(j)
  return bytes
}

/**
 * A card as CFITSIO writes it: keyword in capitals (for HIERARCH, all before =), blanks for
 * unprintable characters and for all that follows a NUL.
 */
export function cleanCard(given: string): string {
  const card = given.replace(/\0.*$/s, '').padEnd(given.length)
  const end = card.startsWith('HIERARCH') ? Math.max(8, card.indexOf('=')) : 8
  return (card.slice(0, end).toUpperCase() + card.slice(end)).replace(/[^ -~]/g, ' ')
}
