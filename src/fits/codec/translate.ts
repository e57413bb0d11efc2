import { axes, blocksFor, cleaned, type Header, nameOf, spareBlocks, withoutBlankEnd } from '../header/header.ts'

/** A header as it is written: its cards and the blocks it takes. */
export interface Written {
  cards: string[]
  blocks: number
}

/** What the header of a packed image says of the image, by the name it has there. */
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
/** What belongs to the table of tiles alone. */
const OF_TABLE = /^(XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|TFIELDS|TTYPE\d+|TFORM\d+|THEAP|CHECKSUM|DATASUM)$/
const OF_PACKING = /^(ZIMAGE|ZQUANTIZ|ZDITHER0|ZTILE\d+|ZCMPTYPE|ZBLANK|ZNAME\d+|ZVAL\d+)$/
/** What the empty primary HDU, which packing put before an image, does not give back to the image. */
const OF_EMPTY_PRIMARY = /^(SIMPLE|BITPIX|NAXIS\d*|EXTEND|COMMENT|HISTORY|CHECKSUM|DATASUM|EXTNAME|PCOUNT|GCOUNT)$/

/**
 * The header of an image out of that of its table of tiles (FITS 4.0 section 10.1.2), the cards in their order, as
 * CFITSIO writes it. When the image goes to the place of an empty primary HDU, what is found in `primary` is appended.
 * Empty blocks to spare are kept, of the primary HDU too.
 */
export function imageHeader(header: Header, place: 'primary' | 'extension', primary?: Header): Written {
  const restored = place === 'primary' || header.get('ZTENSION') !== undefined
  const unnamed = String(header.get('EXTNAME') ?? '') === 'COMPRESSED_IMAGE'
  const cards = restored ? [] : newExtension(header)
  for (const card of header.cards) {
    const name = nameOf(card)
    if (OF_TABLE.test(name) || OF_PACKING.test(name) || (unnamed && name === 'EXTNAME')) continue
    const axis = /^ZNAXIS(\d+)$/.exec(name)
    const original = axis ? `NAXIS${axis[1]}` : Object.hasOwn(STRUCTURE, name) ? STRUCTURE[name] : undefined
    if (original === undefined) cards.push(cleaned(card))
    else if (restored) cards.push(cleaned(original.padEnd(8) + card.slice(8)))
  }
  const own = withoutBlankEnd(restored ? requiredFirst(cards, place, axes(header, 'ZNAXIS').length) : cards)
  const found = primary?.cards.filter((card) => !OF_EMPTY_PRIMARY.test(nameOf(card))).map(cleaned) ?? []
  const kept = withoutBlankEnd([...own, ...found])
  const room = blocksFor(cards.length + spareBlocks(header) * 36)
  return { cards: kept, blocks: Math.max(room, blocksFor(kept.length), primary?.blocks ?? 0) }
}

/**
 * The cards that a header must begin with, put there where they are not: a program may write them behind others, which
 * says nothing wrong of a table (CFITSIO fails at such images).
 */
function requiredFirst(cards: string[], place: 'primary' | 'extension', axes: number): string[] {
  const first = place === 'primary' ? 'SIMPLE' : 'XTENSION'
  const names = [first, 'BITPIX', 'NAXIS', ...Array.from({ length: axes }, (_, i) => `NAXIS${i + 1}`)]
  if (names.every((name, i) => cards[i] && nameOf(cards[i]) === name)) return cards
  const required = names.map((name) => cards.find((card) => nameOf(card) === name)!)
  return [...required, ...cards.filter((card) => !required.includes(card))]
}

/** The required cards of an image whose own were not kept. */
function newExtension(header: Header): string[] {
  const sizes = axes(header, 'ZNAXIS')
  return [
    "XTENSION= 'IMAGE   '           / IMAGE extension".padEnd(80),
    card('BITPIX', Number(header.get('ZBITPIX')), 'number of bits per data pixel'),
    card('NAXIS', sizes.length, 'number of data axes'),
    ...sizes.map((size, i) => card(`NAXIS${i + 1}`, size, `length of data axis ${i + 1}`)),
    card('PCOUNT', 0, 'required keyword; must = 0'),
    card('GCOUNT', 1, 'required keyword; must = 1'),
  ]
}

export function card(name: string, value: number | string, comment = ''): string {
  return `${name.padEnd(8)}= ${String(value).padStart(20)}${comment && ` / ${comment}`}`.padEnd(80)
}

/** What a header says of its own HDU's data, checksums apart. */
const OF_DATA =
  /^(SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|BLOCKED|GROUPS|PCOUNT|GCOUNT|TFIELDS|TTYPE\d+|TFORM\d+|THEAP)$/
const OF_DATA_PACKED = /^(ZTENSION|ZSIMPLE|ZBITPIX|ZNAXIS\d*|ZEXTEND|ZBLOCKED|ZPCOUNT|ZGCOUNT|ZHECKSUM|ZDATASUM)$/

/** The header of an image, packed or not, for a primary HDU without data: all that is told of the image itself goes. */
export function primaryHeader(header: Header): Written {
  const cards = [
    card('SIMPLE', 'T', 'conforms to FITS standard'),
    card('BITPIX', 8, 'array data type'),
    card('NAXIS', 0, 'number of array dimensions'),
    card('EXTEND', 'T'),
  ]
  const packed = header.get('ZIMAGE') === true
  for (const given of header.cards) {
    const name = nameOf(given)
    if (OF_DATA.test(name)) continue
    if (packed && (OF_DATA_PACKED.test(name) || (OF_PACKING.test(name) && name !== 'ZDITHER0'))) continue
    cards.push(cleaned(given))
  }
  return { cards, blocks: blocksFor(cards.length) }
}

/** The header of a table out of that of a packed table (FITS 4.0 section 10.3.3). */
export function tableHeader(header: Header): Written {
  const packed = new Map(header.cards.map((card) => [nameOf(card), card]))
  const cards: string[] = []
  for (const card of header.cards) {
    const name = nameOf(card)
    if (/^(ZTABLE|ZTILELEN|ZNAXIS[12]|ZPCOUNT|CHECKSUM|DATASUM)$/.test(name)) continue
    const column = /^(?:ZFORM|ZCTYP)(\d+)$/.exec(name)
    if (column && Number(column[1]) <= Number(header.get('TFIELDS'))) continue
    const original = /^(NAXIS[12]|PCOUNT|TFORM\d+)$/.test(name) && packed.get(name.replace(/^T?/, 'Z'))
    if (original) cards.push(cleaned(name.padEnd(8) + original.slice(8)))
    else if (name === 'ZHECKSUM' || name === 'ZDATASUM') cards.push(cleaned(STRUCTURE[name]!.padEnd(8) + card.slice(8)))
    else cards.push(cleaned(card))
  }
  const kept = withoutBlankEnd(cards)
  return { cards: kept, blocks: blocksFor(kept.length) }
}

/** The header of an HDU that is not packed: as it is, but for what CFITSIO cleans in a card. */
export function sameHeader({ cards, blocks }: Header): Written {
  return { cards: cards.map(cleaned), blocks }
}

/** A header whose columns of arrays of varying length (`lengths`: by number of the column, from 1) declare their true greatest lengths. */
export function withLengths(written: Written, lengths: Map<number, number>): Written {
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
