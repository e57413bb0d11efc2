import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { catalogSize, extractCatalog } from '../../src/fits/catalog.ts'
import { readHeader } from '../../src/fits/header/header.ts'
import { bytesSource } from '../../src/fits/source.ts'
import { fpack } from '../support/cfitsio.ts'
import { collect } from '../support/collect.ts'
import { readData, readJson } from '../support/data.ts'
import { card, emptyPrimary, filled, header, image, randomOf } from '../support/fits_images.ts'
import { ranged } from '../support/fits_sources.ts'

interface Wanted {
  size: number
  md5: string
  primary: [string, unknown, string][]
  catalogue: [string, unknown, string][]
  data_md5: string
}

const md5Of = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

describe.each(Object.entries(readJson<Record<string, Wanted>>('fits', 'catalog.json')))(
  'the catalogue of %s',
  (name, wanted) => {
    const file = readData('fits', name)

    test('is byte for byte the reference’s', async () => {
      const bytes = await collect((await extractCatalog(bytesSource(file)))!)
      expect(bytes.length).toBe(wanted.size)
      expect(md5Of(bytes)).toBe(wanted.md5)
      expect(md5Of(bytes.subarray(8640, 8640 + 960))).toBe(wanted.data_md5)
    })

    test('has the cards of SCI and CAT', async () => {
      const source = bytesSource(await collect((await extractCatalog(bytesSource(file)))!))
      const primary = (await readHeader(source, 0))!
      const table = (await readHeader(source, primary.blocks * 2880))!
      for (const [header, cards] of [
        [primary, wanted.primary],
        [table, wanted.catalogue],
      ] as const) {
        expect(header.cards.map((card) => card.slice(0, 8).trim())).toEqual(cards.map(([keyword]) => keyword))
        for (const [keyword, value] of cards) if (keyword !== 'HISTORY') expect(header.get(keyword)).toBe(value)
      }
    })

    test('costs the headers and the table, and its size the headers alone', async () => {
      const source = ranged(file)
      expect(await catalogSize(source)).toBe(wanted.size)
      expect(source.asked.every(({ start, end }) => end - start === 2880)).toBe(true)
      await collect((await extractCatalog(source))!)
      expect(source.asked.reduce((sum, { start, end }) => sum + end - start, 0)).toBeLessThan(30_000)
      expect(source.open()).toBe(0)
    })
  },
)

test('SCI and CAT are found in any case', async () => {
  const file = readData('fits', 'catlower-kb99-20240304-0001-e91.fits.fz')
  const bytes = await collect((await extractCatalog(bytesSource(file)))!)
  expect(await catalogSize(bytesSource(file))).toBe(bytes.length)
  const source = bytesSource(bytes)
  const primary = (await readHeader(source, 0))!
  const table = (await readHeader(source, primary.blocks * 2880))!
  expect([table.get('EXTNAME'), table.get('NAXIS2')]).toEqual(['cat', 5])
})

describe('of several names and several tables', () => {
  const sci = (...cards: string[]) => image(randomOf(1), { bitpix: 16, sizes: [9], scene: 'flat', cards }, 'extension')
  const table = (rows: number, ...cards: string[]) => {
    const axes = [card('BITPIX', 8), card('NAXIS', 2), card('NAXIS1', 4), card('NAXIS2', rows)]
    const rest = [card('PCOUNT', 0), card('GCOUNT', 1), card('TFIELDS', 1), "TFORM1  = 'J       '", ...cards]
    return Buffer.concat([header(["XTENSION= 'BINTABLE'", ...axes, ...rest]), filled(Buffer.alloc(4 * rows, rows))])
  }
  const rowsOf = async (...hdus: Buffer[]) => {
    const made = await extractCatalog(bytesSource(Buffer.concat([emptyPrimary(), ...hdus])))
    if (!made) return null
    const source = bytesSource(await collect(made))
    return (await readHeader(source, (await readHeader(source, 0))!.blocks * 2880))!.get('NAXIS2')
  }
  const SCI = sci("EXTNAME = 'SCI     '")

  test.each([
    "EXTNAME = 'CAT     '           / name",
    "EXTNAME = 'Cat'",
    "EXTNAME =   'cat'/name",
    "EXTNAME = 'CAT                 '",
    "EXTNAME = ' cat'",
  ])('%s', async (name) => expect(await rowsOf(SCI, table(5, name))).toBe(5))

  test('any of the names of an HDU is its name', async () => {
    const packed = fpack(Buffer.concat([emptyPrimary(), SCI]), ['-C']).bytes!.subarray(2880)
    const named = Buffer.from(
      packed.toString('latin1').replace(/EXTNAME .{72}/, `${"EXTNAME = 'X'".padEnd(80)}`),
      'latin1',
    )
    expect(await rowsOf(named, table(5, "EXTNAME = 'CAT'"))).toBeNull()
    const both = ["EXTNAME = 'COMPRESSED_IMAGE'", "EXTNAME = 'SCI'"]
    expect(await rowsOf(sci(...both), table(5, "EXTNAME = 'X'", "EXTNAME = 'CAT'"))).toBe(5)
  })

  test('the first table of the name is taken, whatever its version, and nothing that is no table', async () => {
    const [second, first] = [table(7, "EXTNAME = 'CAT'", card('EXTVER', 2)), table(3, "EXTNAME = 'CAT'")]
    expect(await rowsOf(sci("EXTNAME = 'CAT'"), second, first, SCI)).toBe(7)
    expect(await rowsOf(SCI, sci("EXTNAME = 'CAT'"))).toBeNull()
    expect(await rowsOf(SCI, table(3, "EXTNAME = 'CATALOG'"))).toBeNull()
  })
})

test('a file without SCI or CAT has none', async () => {
  for (const name of ['i16-r.fits.fz', 'cpt1m010-kb70-20151219-0073-e10_cat.fits.fz']) {
    expect(await extractCatalog(bytesSource(readData('fits', name)))).toBeNull()
    expect(await catalogSize(bytesSource(readData('fits', name)))).toBeNull()
  }
})
