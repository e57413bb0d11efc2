import { describe, expect, test } from 'vitest'
import { funpack } from '../../src/fits/funpack.ts'
import { unpackedSize } from '../../src/fits/size.ts'
import { bytesSource } from '../../src/fits/source.ts'
import { fpack, funpackOf } from '../support/cfitsio.ts'
import { collect } from '../support/collect.ts'
import {
  below,
  card,
  emptyPrimary,
  filled,
  header,
  image,
  pick,
  type Random,
  randomOf,
} from '../support/fits_images.ts'

/** Cards that have a part to play in packed images and tables, and some that need care. */
const CARDS = [
  "TDIM1   = '(1,2)'",
  "TUNIT1  = 'x'",
  'TSCAL1  = 1.0',
  "TFORM12 = 'x'",
  'ZTILE9  = 3',
  "ZNAME3  = 'x'",
  'ZVAL3   = 1',
  "ZMASKCMP= 'RICE'",
  'ZDITHER0= 33',
  "ZCTYP1  = 'x'",
  'FZTILELN= 33',
  "FZALGOR = 'x'",
  'lower   = 3',
  'HIERARCH foo bar = 3',
  "CONTINUE  'abc'",
  'X',
  '',
  '        = 3',
  'COMMENT x',
  'history x',
  'NAXIS5  = 3',
  'INHERIT =  T',
  'TTYPE   = 3',
  'TTYPEA  = 3',
  'ZNAXISA = 3',
  'ZNAXIS12= 4',
  'EXTVER  = 3',
  'ZPCOUNT2= 3',
  'ZTILELEN= 3',
  'ZEXTEND = T',
  'ZBLOCKED= T',
  'ZPCOUNT = 0',
  'ZGCOUNT = 1',
  "ZHECKSUM= 'abc'",
  "ZDATASUM= '12'",
  "FOO     = 'é\t\x01'",
  'COMMENT é',
  'TTYPE1A = 3',
  'ZVAL99  = 33',
  "FOO     ='unterminated",
  'BSCALE  = 2.0',
  'BZERO   = 3.0',
  'NEXTEND =  3',
  'GROUPS2 =  T',
  'DATAMIN =  3',
  "DATE    = '2020'",
  'BLOCKED =  T',
  "FOO     = 'a\0b' / c",
]

const shuffled = (random: Random, count: number): string[] => Array.from({ length: count }, () => pick(random, CARDS))

/** Cards put into a file's header, before its END, in whole blocks of their own with blanks to spare. */
function withCards(file: Buffer, hdu: number, cards: string[], spare: number): Buffer {
  let at = 0
  for (let i = 0; ; i++) {
    let end = at
    while (file.toString('latin1', end, end + 8) !== 'END     ') end += 80
    const start = at
    at = Math.ceil((end + 80) / 2880) * 2880
    if (i === hdu) {
      const old = Array.from({ length: (end - start) / 80 }, (_, k) =>
        file.toString('latin1', start + k * 80, start + k * 80 + 80),
      )
      return Buffer.concat([file.subarray(0, start), header([...old, ...cards], spare), file.subarray(at)])
    }
  }
}

/** -C: no checksums, which would not be true of a changed header any more. */
const packedImage = fpack(image(randomOf(1), { bitpix: 16, sizes: [30, 20], scene: 'sky' }), ['-C']).bytes!
const packedExtension = fpack(
  Buffer.concat([
    emptyPrimary(),
    image(randomOf(2), { bitpix: -32, sizes: [30, 20], scene: 'sky', cards: ["EXTNAME = 'SCI     '"] }, 'extension'),
  ]),
  ['-C'],
).bytes!

async function compare(file: Buffer, told: unknown): Promise<void> {
  const { bytes: wanted, error } = funpackOf(file)
  expect(error, JSON.stringify(told)).toBeUndefined()
  const got = await collect(funpack(bytesSource(file)))
  expect(got.equals(wanted!), JSON.stringify(told)).toBe(true)
  expect(await unpackedSize(bytesSource(file))).toBe(wanted!.length)
}

describe('headers are translated as CFITSIO does', () => {
  test.each(CARDS)('%s', async (one) => {
    for (const file of [packedImage, packedExtension])
      for (const hdu of [0, 1]) await compare(withCards(file, hdu, [one, 'LAST    = 1'], 0), { hdu })
  })

  test.each(Array.from({ length: 10 }, (_, i) => i))('many cards and blanks, round %i', async (round) => {
    for (let i = 0; i < 8; i++) {
      const random = randomOf(round * 100 + i)
      const file = pick(random, [packedImage, packedExtension])
      const first = withCards(file, 0, shuffled(random, below(random, 50)), pick(random, [0, 0, 20, 36, 90]))
      const cards = shuffled(random, below(random, 60))
      const both = withCards(first, 1, cards, pick(random, [0, 0, 20, 35, 36, 37, 90, 130]))
      await compare(both, { round, i, cards })
    }
  })

  test('a blank card of the primary header that comes to lie last is none', async () => {
    for (const cards of [[''], ['FOO     = 1', '', "DATASUM = '0'"]])
      await compare(withCards(packedImage, 0, [...cards, "CHECKSUM= 'x'"], 0), cards)
  })

  test('of a keyword that is there twice both cards are kept', async () => {
    const cards = ["FILTER  = 'V'", "FILTER  = 'R'", "LONG    = 'abc&'", "CONTINUE  'def'", "LONG    = 'x'"]
    for (const file of [packedImage, packedExtension])
      for (const hdu of [0, 1]) await compare(withCards(file, hdu, cards, 0), cards)
  })

  test('an image without ZSIMPLE or ZTENSION gets the required cards', async () => {
    const file = Buffer.from(packedImage.toString('latin1').replace('ZSIMPLE =', 'NOTHING ='), 'latin1')
    await compare(file, {})
  })

  test('cards that are before the required ones move behind them', async () => {
    // funpack does not unpack such a file
    const moved = Buffer.from(packedImage.toString('latin1').replace('ZNAME1  =', 'FOO     ='), 'latin1')
    expect(funpackOf(moved).error).toBeDefined()
    const got = (await collect(funpack(bytesSource(moved)))).toString('latin1')
    expect(
      got
        .match(/.{80}/gs)!
        .slice(0, 7)
        .map((one) => one.slice(0, 8).trim()),
    ).toEqual(['SIMPLE', 'BITPIX', 'NAXIS', 'NAXIS1', 'NAXIS2', 'FOO', 'EXTEND'])
  })

  test('an image that was the primary one is an extension behind other HDUs', async () => {
    const random = randomOf(5)
    const before = image(random, { bitpix: 8, sizes: [10], scene: 'flat' }, 'extension')
    await compare(Buffer.concat([emptyPrimary(), before, packedImage.subarray(2880)]), {})
    const primary = image(random, { bitpix: 8, sizes: [10], scene: 'flat' })
    await compare(Buffer.concat([primary, packedImage.subarray(2880)]), {})
  })
})

describe('what is not packed passes through', () => {
  const extension = (kind: string, cards: string[], data: Buffer, spare = 0) =>
    Buffer.concat([emptyPrimary(), header([`XTENSION= '${kind.padEnd(8)}'`, ...cards], spare), data])
  const block = (value: number) => Buffer.alloc(2880, value)
  const axes = (bitpix: number, ...sizes: number[]) => [
    card('BITPIX', bitpix),
    card('NAXIS', sizes.length),
    ...sizes.map((size, i) => card(`NAXIS${i + 1}`, size)),
    card('PCOUNT', 0),
    card('GCOUNT', 1),
  ]
  const files: Record<string, Buffer> = {
    'an image with padding that is not 0': extension('IMAGE', axes(16, 10), block(7)),
    'an image without pixels': extension('IMAGE', axes(16, 0), Buffer.alloc(0)),
    'blank blocks to spare': extension('IMAGE', axes(16, 10), block(7), 100),
    'a table of text': extension(
      'TABLE',
      [...axes(8, 10, 3), card('TFIELDS', 1), card('TBCOL1', 1), "TFORM1  = 'A10'"],
      block(120),
    ),
    'an unknown extension': extension('FOREIGN', axes(8, 2000), block(120)),
    'zeros at the end': Buffer.concat([extension('IMAGE', axes(16, 10), block(7)), Buffer.alloc(3000)]),
    'blanks at the end': Buffer.concat([extension('IMAGE', axes(16, 10), block(7)), Buffer.alloc(2880, 32)]),
    'random groups': Buffer.concat([
      header([
        card('SIMPLE', 'T'),
        card('BITPIX', 16),
        card('NAXIS', 2),
        card('NAXIS1', 0),
        card('NAXIS2', 3),
        card('GROUPS', 'T'),
        card('PCOUNT', 2),
        card('GCOUNT', 4),
      ]),
      block(3),
    ]),
    'a primary image': image(randomOf(1), { bitpix: 32, sizes: [7, 5], scene: 'noise' }),
    'cards with lower case and what cannot be printed': extension(
      'IMAGE',
      [...axes(8, 5), 'lower   = 1', "FOO     = 'ü\x02'"],
      block(1),
    ),
    'something behind END': filled(Buffer.concat([emptyPrimary().subarray(0, 1000), Buffer.from('JUNK')])),
  }
  test.each(Object.entries(files))('%s', async (name, file) => compare(file, name))
})
