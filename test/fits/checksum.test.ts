import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { verifyChecksums } from '../../src/fits/checksum.ts'
import { funpack } from '../../src/fits/funpack.ts'
import { unpackedSize } from '../../src/fits/size.ts'
import { bytesSource } from '../../src/fits/source.ts'
import { fpack, funpackOf } from '../support/cfitsio.ts'
import { collect } from '../support/collect.ts'
import { readData } from '../support/data.ts'
import { image, randomOf } from '../support/fits_images.ts'
import { KINDS } from '../support/fits_sources.ts'

const stale = readData('fits', 'stalesum-kb99-20240304-0001-e00.fits.fz')

async function unpacked(file: Uint8Array, kind: (bytes: Uint8Array) => ReturnType<typeof bytesSource>) {
  const warnings: string[] = []
  const bytes = await collect(funpack(kind(file), (text) => warnings.push(text)))
  return { bytes, warnings }
}

describe('a sum that a packing program left behind', () => {
  test.each(Object.entries(KINDS))('does not stop unpacking: %s', async (_, kind) => {
    const { bytes, warnings } = await unpacked(stale, kind)
    expect(bytes.length).toBe(11520)
    expect(createHash('md5').update(bytes).digest('hex')).toBe('adcd40a31267ac0bbe55dfc221a4e770')
    expect(warnings).toEqual([expect.stringMatching(/^HDU 1 .*DATASUM/)])
  })

  test('the size is known from the headers', async () => expect(await unpackedSize(bytesSource(stale))).toBe(11520))

  test('is told when a file is read through', async () => {
    expect(await verifyChecksums(bytesSource(stale))).toEqual([expect.stringMatching(/^HDU 1 .*DATASUM and CHECKSUM/)])
  })
})

describe('in a packed file', () => {
  const sums = ["CHECKSUM= 'iLAokL5oiLAoiL5o'", "DATASUM = '3793810174'"]
  const original = image(randomOf(3), { bitpix: 16, sizes: [50, 40], scene: 'sky', cards: sums })
  const packed = fpack(original, ['-r']).bytes!.toString('latin1')
  const others: [string, string][] = [
    ['DATASUM', "'17'"],
    ['DATASUM', "'none'"],
    ['DATASUM', "''"],
    ['DATASUM', '33'],
    ['CHECKSUM', "'0123456789ABCDEF'"],
    ['ZDATASUM', "'17'"],
    ['ZHECKSUM', "'0123456789ABCDEF'"],
  ]
  async function compare(name: string, card: string) {
    const [start, ...rest] = packed.split(new RegExp(`(?<=^(?:.{80})+)${name.padEnd(8)}=.{71}`, 's'))
    expect(rest.length).toBeGreaterThan(0)
    const file = Buffer.from([start, ...rest].join(card.padEnd(80)), 'latin1')
    for (const kind of Object.values(KINDS))
      expect((await unpacked(file, kind)).bytes.equals(funpackOf(file).bytes!)).toBe(true)
  }
  test.each(others)('%s may be %s', (name, value) => compare(name, `${name.padEnd(8)}= ${value}`))
  test.each(['DATASUM', 'CHECKSUM', 'ZDATASUM', 'ZHECKSUM'])('%s may be missing', (name) =>
    compare(name, 'FOO     = 1'),
  )
})

describe('reading a file through', () => {
  test.each(['i16-r.fits.fz', 'f32ck-r.fits.fz', 'multi-r.fits.fz', 'cpt1m010-kb70-20151219-0073-e10.fits.fz'])(
    '%s: its sums are right',
    async (name) => {
      for (const kind of [KINDS.bytes!, KINDS.ranges!])
        expect(await verifyChecksums(kind(readData('fits', name)))).toEqual([])
    },
  )

  test('a bit that has flipped anywhere is noticed', async () => {
    const file = readData('fits', 'i16-r.fits.fz')
    for (const at of [2880 + 80 * 30, 2880 * 3 + 1, file.length - 1]) {
      const changed = Uint8Array.from(file)
      changed[at]! ^= 4
      expect(await verifyChecksums(bytesSource(changed))).toHaveLength(1)
    }
  })
})
