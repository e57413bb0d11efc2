import { describe, expect, test } from 'vitest'
import { FitsError } from '../../src/fits/error.ts'
import { funpack } from '../../src/fits/funpack.ts'
import { bytesSource } from '../../src/fits/source.ts'
import { fpack, funpackOf } from '../support/cfitsio.ts'
import { collect } from '../support/collect.ts'
import { readData } from '../support/data.ts'
import { below, card, image, type Picture, pick, type Random, randomOf } from '../support/fits_images.ts'

const unpacked = (file: Uint8Array) => collect(funpack(bytesSource(file)))

/** A packed file whose second header says something else; a card that it does not have is added. */
function saying(file: Buffer, ...cards: string[]): Buffer {
  const text = file.toString('latin1')
  const end = text.indexOf('END     ', 2880)
  const all = text.slice(2880, end).match(/.{80}/gs)!
  for (const one of cards) {
    const at = all.findIndex((known) => known.slice(0, 8) === one.slice(0, 8))
    all.splice(at < 0 ? all.length : at, at < 0 ? 0 : 1, one.padEnd(80))
  }
  const header = [...all, 'END'.padEnd(80)].join('')
  const data = file.subarray(Math.ceil((end + 80) / 2880) * 2880)
  const head = header.padEnd(Math.ceil(header.length / 2880) * 2880)
  return Buffer.concat([file.subarray(0, 2880), Buffer.from(head, 'latin1'), data])
}

function packed(picture: Partial<Picture>, ...options: string[]) {
  const original = image(randomOf(5), { bitpix: 16, sizes: [30, 20], scene: 'sky', ...picture })
  return { original, file: fpack(original, [...options, '-C']).bytes! }
}

describe('numbers that an image of 8 bits cannot hold', () => {
  test('are an error where HCOMPRESS_1 gives them: they are not cut off at 0', async () => {
    // as of signed bytes, packed by a program that forgets their BZERO
    const signed = saying(packed({ scene: 'sky' }, '-h').file, card('ZBITPIX', 8), card('BZERO', -128))
    const lossy = packed({ bitpix: 8, scene: 'mask' }, '-h', '-s', '3').file
    for (const file of [signed, lossy]) {
      expect(funpackOf(file).error).toContain('overflow')
      await expect(unpacked(file)).rejects.toThrow(FitsError)
    }
  })

  test('those of 16 bits go to the edge, as in CFITSIO: a lossy compression may move them', async () => {
    const { file } = packed({ scene: 'extreme' }, '-h', '-s', '30')
    expect((await unpacked(file)).equals(funpackOf(file).bytes!)).toBe(true)
  })

  test('signed bytes come back', async () => {
    for (const options of [['-r'], ['-h'], ['-g'], ['-g2'], ['-p']]) {
      const { original, file } = packed({ bitpix: 8, scene: 'noise', cards: [card('BZERO', -128)] }, ...options)
      expect((await unpacked(file)).subarray(2880).equals(original.subarray(2880)), options[0]).toBe(true)
    }
  })
})

/** Here funpack gives other pixels than were packed: an archive must not. */
describe('keywords of the image itself that mean something in packed ones', () => {
  const pictures: [Partial<Picture>, string][] = [
    [{ cards: [card('ZSCALE', 0.25)] }, '-r'],
    [{ bitpix: 32, cards: [card('ZSCALE', 0.25), card('ZZERO', 3)] }, '-g'],
    [{ bitpix: 8, cards: [card('ZSCALE', 0.25)] }, '-h'],
    [{ cards: ["ZQUANTIZ= 'NONE'"] }, '-r'],
    [{ bitpix: 32, scene: 'mask', cards: [card('BZERO', 32768)] }, '-p'],
  ]
  test.each(pictures)('%o %s: the pixels are those that were packed', async (picture, option) => {
    const { original, file } = packed(picture, option)
    expect((await unpacked(file)).subarray(2880).equals(original.subarray(2880))).toBe(true)
    expect(funpackOf(file).bytes?.subarray(2880).equals(original.subarray(2880))).not.toBe(true)
  })

  test('floats that were not quantised come back, whatever ZSCALE says', async () => {
    const { original, file } = packed({ bitpix: -32, cards: [card('ZSCALE', 0.25)] }, '-g', '-q', '0')
    expect((await unpacked(file)).subarray(2880).equals(original.subarray(2880))).toBe(true)
  })
})

// packed by astropy, which leaves NaNs as they are
test.each(['f32nan', 'f64nan'])(
  'undefined pixels keep their bits where no number stands for them: %s',
  async (name) => {
    const file = Buffer.from(readData('fits', `${name}-astropy.fits.fz`))
    expect(file.includes('BLANK')).toBe(false)
    expect((await unpacked(file)).equals(funpackOf(file).bytes!)).toBe(true)
    const blank = saying(file, card('ZBLANK', -2147483648))
    expect((await unpacked(blank)).equals(await unpacked(file))).toBe(false)
  },
)

describe('a header that contradicts itself or its tiles is an error', () => {
  const whole = packed({ bitpix: 32 }, '-r').file
  const floats = packed({ bitpix: -32 }, '-r', '-q', '4').file
  const lossless = packed({ bitpix: -32, scene: 'noise' }, '-r', '-q', '4').file
  const cases: Record<string, Buffer> = {
    'data before the image': saying(whole, card('ZPCOUNT', 5)),
    'more images than one': saying(whole, card('ZGCOUNT', 2)),
    'more tiles than the image has': saying(whole, card('ZNAXIS2', 19)),
    'fewer tiles than the image has': saying(whole, card('ZNAXIS2', 21)),
    'columns that are narrower than the rows': saying(whole, card('TFIELDS', 0)),
    'floats without a scale': saying(whole, card('ZBITPIX', -32)),
    'a scale without a zero': saying(floats, "TTYPE3  = 'X'"),
    'a zero without a scale': saying(floats, "TTYPE2  = 'X'", card('ZSCALE', 2)),
    'numbers that were never quantised': saying(floats, "ZQUANTIZ= 'NONE'"),
    'an unknown quantisation': saying(floats, "ZQUANTIZ= 'DITHER_3'"),
    'a ZBLANK that no number can be': saying(floats, card('ZBLANK', 2147483648)),
    'a seed that no number can be': saying(packed({ bitpix: -32 }, '-r', '-q', '4').file, card('ZDITHER0', 2 ** 31)),
    'whole numbers that were quantised': saying(floats, card('ZBITPIX', 32)),
    'whole numbers kept as floats': saying(lossless, card('ZBITPIX', 32)),
    'a parameter that is given twice': saying(whole, "ZNAME2  = 'BLOCKSIZE'"),
    '64 bits': saying(whole, card('ZBITPIX', 64)),
    'numbers of 8 bytes in Rice code': saying(whole, card('ZVAL2', 8)),
  }
  test.each(Object.entries(cases))('%s', async (_, file) => {
    await expect(unpacked(file)).rejects.toThrow(FitsError)
  })

  test('a list of PLIO_1 that says it is shorter than nothing', async () => {
    const { file } = packed({ bitpix: 8, scene: 'mask' }, '-p')
    const at = file.indexOf(Buffer.from([0, 7, 0xff, 0x9c]))
    file[at + 4]! |= 0x80
    await expect(unpacked(file)).rejects.toThrow(FitsError)
  })
})

/** What packed images say of themselves, and what else it could be. */
const SAYINGS: Record<string, (string | number)[]> = {
  ZBITPIX: [8, 16, 32, 64, -32, -64],
  ZCMPTYPE: ['RICE_1', 'RICE_ONE', 'GZIP_1', 'GZIP_2', 'PLIO_1', 'HCOMPRESS_1', 'BZIP2_1', ''],
  ZQUANTIZ: ['NO_DITHER', 'SUBTRACTIVE_DITHER_1', 'SUBTRACTIVE_DITHER_2', 'FOO', ''],
  ZDITHER0: [0, 1, 9999, 10000, 10001, -5, 20000],
  ZBLANK: [0, -1, 7, -2147483648, 2147483648, 1.5, -32768],
  BLANK: [0, 7, -32768, 255],
  ZVAL1: [1, 16, 32, 33, 0, -1, 64],
  ZVAL2: [1, 2, 4, 8, 0],
  ZNAME1: ['BLOCKSIZE', 'blocksize', 'BYTEPIX', 'X'],
  ZNAME2: ['BYTEPIX', 'NOISEBIT', 'BLOCKSIZE', 'X'],
  ZTILE1: [1, 7, 1000, 0, -1],
  ZTILE2: [1, 2, 7, 1000, 0],
  ZNAXIS: [0, 1, 2, 3, 7],
  ZNAXIS1: [0, 1, 5, 100, -1],
  ZNAXIS2: [0, 1, 5, 100],
  BSCALE: [1, 2],
  BZERO: [0, -128, 3.5],
  ZPCOUNT: [0, 5],
  ZGCOUNT: [1, 2],
  TTYPE1: ['COMPRESSED_DATA', 'GZIP_COMPRESSED_DATA', 'UNCOMPRESSED_DATA', 'compressed_data'],
  TTYPE2: ['ZSCALE', 'ZZERO', 'X', 'GZIP_COMPRESSED_DATA'],
  TFORM1: ['1PB(10)', '1QB(10)', '1PI(10)', '1PJ(1)', 'PB'],
}

function odd(random: Random): { file: Buffer | undefined; cards: string[]; options: string[] } {
  const bitpix = pick(random, [8, 16, 32, -32, -64] as const)
  const sizes = pick(random, [[20, 10], [7, 9], [30], [5, 4, 3], [1, 9]])
  const picture: Picture = {
    bitpix,
    sizes,
    scene: pick(random, ['sky', 'mask', 'flat', 'sparse']),
    holes: random() < 0.3,
  }
  const quantised = bitpix < 0 ? pick(random, [[], ['-q', '0'], ['-qz', '4'], ['-q0', '4']]) : []
  const options = [pick(random, ['-r', '-h', '-g', '-g2', '-p']), ...quantised, ...pick(random, [[], ['-w']]), '-C']
  const cards = Array.from({ length: 1 + below(random, 2) }, () => {
    const name = pick(random, Object.keys(SAYINGS))
    const value = pick(random, SAYINGS[name]!)
    return card(name, typeof value === 'string' ? `'${value.padEnd(8)}'` : value)
  })
  const { bytes } = fpack(image(random, picture), options)
  return { file: bytes?.includes('ZIMAGE') ? saying(bytes, ...cards) : undefined, cards, options }
}

describe('whatever a packed image says of itself, it is unpacked as funpack does or is an error', () => {
  test.each(Array.from({ length: 10 }, (_, i) => i))('round %i', async (round) => {
    let compared = 0
    for (let i = 0; i < 20; i++) {
      const { file, cards, options } = odd(randomOf(round * 100 + i))
      const wanted = file && funpackOf(file).bytes
      if (!file || !wanted) continue
      const got = await unpacked(file).catch((error) => error)
      const told = JSON.stringify({ round, i, cards, options })
      if (got instanceof Buffer) expect(got.equals(wanted), told).toBe(true)
      else expect(got, told).toBeInstanceOf(FitsError)
      if (got instanceof Buffer) compared++
    }
    expect(compared).toBeGreaterThan(0)
  })
})
