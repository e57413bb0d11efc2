import {
  blocksNeeded,
  cardKeyword,
  cleanCard,
  type Header,
  readAxes,
  spareBlocks,
  trimBlankCards,
} from '../header/header.ts'

/** The header of an unpacked HDU: its cards, and the blocks it takes. */
export interface OutputHeader {
  cards: string[]
  blocks: number
}

/** Keywords about the image in its table's header, and what they become in its own. */
const STRUCTURE: Record<string, string> = {
  ZTENSION: 'XTENSION',
  ZSIMPLE: 'SIMPLE',
  ZBITPIX: 'BITPIX',
  ZNAXIS: 'NAXIS',
  ZEXTEND: 'EXTEND',
  ZBLOCKED: 'BLOCKED',
  ZPCOUNT: 'PCOUNT',
  ZGCOUNT: 'GCOUNT',
  ZHECKSUM: 'CHECKSUM',
  ZDATASUM: 'DATASUM',
}
/** Describes the table of tiles alone. */
const OF_TABLE = /^(XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|TFIELDS|TTYPE\d+|TFORM\d+|THEAP|CHECKSUM|DATASUM)$/
const OF_PACKING = /^(ZIMAGE|ZQUANTIZ|ZDITHER0|ZTILE\d+|ZCMPTYPE|ZBLANK|ZNAME\d+|ZVAL\d+)$/
/** Not carried over to the image from the empty primary HDU that fpack put before it. */
const OF_EMPTY_PRIMARY = /^(SIMPLE|BITPIX|NAXIS\d*|EXTEND|COMMENT|HISTORY|CHECKSUM|DATASUM|EXTNAME|PCOUNT|GCOUNT)$/

/**
 * An image's header from that of its table of tiles (FITS 4.0 section 10.1.2), card by card as
 * CFITSIO writes it. Spare blocks are kept.
 * @param primary the empty primary HDU whose place the image takes: its own cards are appended
 */
export function buildImageHeader(header: Header, place: 'primary' | 'extension', primary?: Header): OutputHeader {
  const restored = place === 'primary' || header.get('ZTENSION') !== undefined
  const unnamed = String(header.get('EXTNAME') ?? '') === 'COMPRESSED_IMAGE'
  const cards = restored ? [] : requiredCards(header)
  for (const card of header.cards) {
    const name = cardKeyword(card)
    if (OF_TABLE.test(name) || OF_PACKING.test(name) || (unnamed && name === 'EXTNAME')) continue
    const axis = /^ZNAXIS(\d+)$/.exec(name)
    const original = axis ? `NAXIS${axis[1]}` : Object.hasOwn(STRUCTURE, name) ? STRUCTURE[name] : undefined
    if (original === undefined) cards.push(cleanCard(card))
    else if (restored) cards.push(cleanCard(original.padEnd(8) + card.slice(8)))
  }
  const own = trimBlankCards(restored ? putRequiredFirst(cards, place, readAxes(header, 'ZNAXIS').length) : cards)
  const found = primary?.cards.filter((card) => !OF_EMPTY_PRIMARY.test(cardKeyword(card))).map(cleanCard) ?? []
  const kept = trimBlankCards([...own, ...found])
  const room = blocksNeeded(cards.length + spareBlocks(header) * 36)
  return { cards: kept, blocks: Math.max(room, blocksNeeded(kept.length), primary?.blocks ?? 0) }
}

/**
 * Moves the mandatory cards to the front: some programs put others before them, which is legal in a
 * table. CFITSIO fails at such images.
 */
function putRequiredFirst(cards: string[], place: 'primary' | 'extension', axes: number): string[] {
  const first = place === 'primary' ? 'SIMPLE' : 'XTENSION'
  const names = [first, 'BITPIX', 'NAXIS', ...Array.from({ length: axes }, (_, i) => `NAXIS${i + 1}`)]
  if (names.every((name, i) => cards[i] && cardKeyword(cards[i]) === name)) return cards
  const required = names.map((name) => cards.find((card) => cardKeyword(card) === name)!)
  return [...required, ...cards.filter((card) => !required.includes(card))]
}

/** The mandatory cards of an image whose own were not kept. */
function requiredCards(header: Header): string[] {
  const sizes = readAxes(header, 'ZNAXIS')
  return [
    "XTENSION= 'IMAGE   '           / IMAGE extension".padEnd(80),
    formatCard('BITPIX', Number(header.get('ZBITPIX')), 'number of bits per data pixel'),
    formatCard('NAXIS', sizes.length, 'number of data axes'),
    ...sizes.map((size, i) => formatCard(`NAXIS${i + 1}`, size, `length of data axis ${i + 1}`)),
    formatCard('PCOUNT', 0, 'required keyword; must = 0'),
    formatCard('GCOUNT', 1, 'required keyword; must = 1'),
  ]
}

/** A card of 80 characters with its value right-aligned, as fixed format has it. */
export function formatCard(name: string, value: number | string, comment = ''): string {
  return `${name.padEnd(8)}= ${String(value).padStart(20)}${comment && ` / ${comment}`}`.padEnd(80)
}

/** Describes an HDU's own data, other than its checksums. */
const OF_DATA =
  /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|BLOCKED|GROUPS|PCOUNT|GCOUNT|TFIELDS|TTYPE\d+|TFORM\d+|THEAP)$/
const OF_DATA_PACKED = /^(ZTENSION|ZSIMPLE|ZBITPIX|ZNAXIS\d*|ZEXTEND|ZBLOCKED|ZPCOUNT|ZGCOUNT|ZHECKSUM|ZDATASUM)$/

/**
 * The header of an image, packed or not, for a primary HDU without data: without any keywords about
 * the data.
 */
export function buildPrimaryHeader(header: Header): OutputHeader {
  const cards = [
    formatCard('SIMPLE', 'T', 'conforms to FITS standard'),
    formatCard('BITPIX', 8, 'array data type'),
    formatCard('NAXIS', 0, 'number of array dimensions'),
    formatCard('EXTEND', 'T'),
  ]
  const packed = header.get('ZIMAGE') === true
  for (const given of header.cards) {
    const name = cardKeyword(given)
    if (OF_DATA.test(name)) continue
    if (packed && (OF_DATA_PACKED.test(name) || (OF_PACKING.test(name) && name !== 'ZDITHER0'))) continue
    cards.push(cleanCard(given))
  }
  return { cards, blocks: blocksNeeded(cards.length) }
}

/** A table's header from that of the packed table (FITS 4.0 section 10.3.3). */
export function buildTableHeader(header: Header): OutputHeader {
  const packed = new Map(header.cards.map((card) => [cardKeyword(card), card]))
  const cards: string[] = []
  for (const card of header.cards) {
    const name = cardKeyword(card)
    if (/^(ZTABLE|ZTILELEN|ZNAXIS[12]|ZPCOUNT|CHECKSUM|DATASUM)$/.test(name)) continue
    const column = /^(?:ZFORM|ZCTYP)(\d+)$/.exec(name)
    if (column && Number(column[1]) <= Number(header.get('TFIELDS'))) continue
    const original = /^(NAXIS[12]|PCOUNT|TFORM\d+)$/.test(name) && packed.get(name.replace(/^T?/, 'Z'))
    if (original) cards.push(cleanCard(name.padEnd(8) + original.slice(8)))
    else if (name === 'ZHECKSUM' || name === 'ZDATASUM')
      cards.push(cleanCard(STRUCTURE[name]!.padEnd(8) + card.slice(8)))
    else cards.push(cleanCard(card))
  }
  const kept = trimBlankCards(cards)
  return { cards: kept, blocks: blocksNeeded(kept.length) }
}

/**
 * The header of an HDU that is not packed: unchanged, except for what CFITSIO cleans up in cards.
 */
export function cleanHeader({ cards, blocks }: Header): OutputHeader {
  return { cards: cards.map(cleanCard), blocks }
}

/**
 * A header whose columns of variable-length arrays declare their true maximum lengths.
 * @param lengths elements, by column number from 1
 */
export function declareLengths(written: OutputHeader, lengths: Map<number, number>): OutputHeader {
  const cards = written.cards.map((card) => {
    const column = /^TFORM(\d+) *$/.exec(card.slice(0, 8))
    const length = column ? lengths.get(Number(column[1])) : undefined
    const form = length !== undefined && /^= *'( *\d?[PQ][A-Z])[^']*'(.*)$/.exec(card.slice(8))
    if (!form) return card
    const value = `'${`${form[1]!.trim()}(${length})`.padEnd(8)}'`
    const comment = /\/(.*)$/.exec(form[2]!)?.[1]?.trim()
    return `${card.slice(0, 8)}= ${value.padEnd(20)}${comment ? ` / ${comment}` : ''}`.padEnd(80).slice(0, 80)
  })
  return { cards, blocks: written.blocks }
}
