import { describe, expect, test } from 'vitest'
import { extractCatalog } from '../../src/fits/catalog.ts'
import { FitsError } from '../../src/fits/error.ts'
import { funpack } from '../../src/fits/funpack.ts'
import { bytesSource, streamSource } from '../../src/fits/source.ts'
import { fpack, funpackOf } from '../support/cfitsio.ts'
import { collect } from '../support/collect.ts'
import { readData } from '../support/data.ts'
import { below, image, pick, randomOf } from '../support/fits_images.ts'
import { KINDS, ranged, streamed } from '../support/fits_sources.ts'

/** The stream's error, and what came before it. */
async function failure(stream: ReadableStream<Uint8Array>): Promise<{ error: unknown; before: number }> {
  let before = 0
  try {
    for await (const piece of stream) before += piece.length
  } catch (error) {
    return { error, before }
  }
  throw new Error(`it was unpacked, to ${before} bytes`)
}

/** A file with other cards: the same length of text for each. */
function changed(file: Uint8Array, ...changes: [string, string][]): Buffer {
  let text = Buffer.from(file).toString('latin1')
  for (const [from, to] of changes) {
    expect(text).toContain(from)
    expect(to.length).toBe(from.length)
    text = text.replace(from, to)
  }
  return Buffer.from(text, 'latin1')
}

const number = (name: string, value: number) => `${name.padEnd(8)}= ${String(value).padStart(20)}`

const FILES = ['i16-r', 'f32-r', 'i16-g', 'u8-p', 'i32-h', 'f32-gq0', 'f32-t50x50', 'multi-r', 'f32nan-r', 'f32-g2']

describe.each(FILES)('%s.fits.fz', (name) => {
  const file = readData('fits', `${name}.fits.fz`)

  test('cut off anywhere is an error, before the first byte where the length is known', async () => {
    const random = randomOf(7)
    const lengths = [
      0,
      1,
      79,
      2879,
      2880,
      2881,
      5760,
      file.length - 1,
      ...Array.from({ length: 40 }, () => below(random, file.length)),
    ]
    for (const length of lengths) {
      const part = file.subarray(0, length)
      // HDUs that are complete make a whole file
      const known = await failure(funpack(bytesSource(part))).catch(() => undefined)
      if (!known) expect(length === 2880 || name === 'multi-r').toBe(true)
      if (!known) continue
      expect(known).toEqual({ error: expect.any(FitsError), before: 0 })
      const { error } = await failure(funpack(streamSource(streamed(part))))
      expect(error).toBeInstanceOf(FitsError)
    }
  })

  test('with a bit that has flipped in its packed data is an error, or a warning and what funpack makes of it', async () => {
    const random = randomOf(8)
    const start = 2880 * 3
    for (let i = 0; i < 60; i++) {
      const damaged = Uint8Array.from(file)
      // the data of multi-r's second HDU are not packed
      const at = name === 'multi-r' ? 8640 + below(random, 20_000) : start + below(random, file.length - start)
      damaged[at]! ^= 1 << below(random, 8)
      const source = pick(random, Object.values(KINDS))
      const warnings: string[] = []
      const got = await collect(funpack(source(damaged), (text) => warnings.push(text))).catch((error) => error)
      if (got instanceof FitsError) continue
      expect(warnings, `byte ${at}`).toEqual([expect.stringContaining('DATASUM')])
      const wanted = funpackOf(damaged).bytes
      expect(wanted && got.equals(wanted), `byte ${at}`).toBe(true)
    }
  })
})

test('without a DATASUM damage is an error of the file or unnoticed, never one of the program', async () => {
  for (const options of [['-r'], ['-g'], ['-g2'], ['-h'], ['-p']]) {
    const original = image(randomOf(2), { bitpix: 16, sizes: [60, 40], scene: 'mask' })
    const packed = fpack(original, [...options, '-C']).bytes!
    const random = randomOf(9)
    for (let i = 0; i < 150; i++) {
      const damaged = Uint8Array.from(packed)
      for (let k = 0; k < 3; k++) damaged[2880 + below(random, damaged.length - 2880)] = below(random, 256)
      try {
        await collect(funpack(bytesSource(damaged)))
      } catch (error) {
        expect(error, options[0]).toBeInstanceOf(FitsError)
      }
    }
  }
})

describe('a small file cannot claim much', () => {
  const packed = fpack(image(randomOf(1), { bitpix: 16, sizes: [200, 150], scene: 'sky' }), ['-r', '-C']).bytes!
  const packedByGzip = fpack(image(randomOf(1), { bitpix: 16, sizes: [200, 150], scene: 'sky' }), ['-g', '-w', '-C'])
    .bytes!
  const claims: Record<string, Buffer> = {
    'rows without tiles': changed(packed, [number('ZNAXIS2', 150), number('ZNAXIS2', 2_000_000_000)]),
    'one tile as large as the image': changed(
      packed,
      [number('ZNAXIS2', 150), number('ZNAXIS2', 2_000_000)],
      [number('ZTILE2', 1), number('ZTILE2', 2_000_000)],
      [number('ZNAXIS1', 200), number('ZNAXIS1', 200_000)],
      [number('ZTILE1', 200), number('ZTILE1', 200_000)],
    ),
    'rows longer than what is packed': changed(
      packed,
      [number('ZNAXIS1', 200), number('ZNAXIS1', 100_000_000)],
      [number('ZTILE1', 200), number('ZTILE1', 100_000_000)],
    ),
    'a gzip member that inflates to more': changed(
      packedByGzip,
      [number('ZNAXIS1', 200), number('ZNAXIS1', 100)],
      [number('ZTILE1', 200), number('ZTILE1', 100)],
    ),
    'more axes than there are': changed(packed, [number('ZNAXIS', 2), number('ZNAXIS', 900)]),
    'sizes that cannot be': changed(packed, [number('ZNAXIS1', 200), number('ZNAXIS1', -200)]),
    'no size of a tile': changed(packed, [number('ZTILE1', 200), number('ZTILE1', 0)]),
    'a heap behind the end': changed(packed, [
      number('PCOUNT', Number(/PCOUNT {2}= +(\d+)/.exec(packed.toString('latin1'))![1])),
      number('PCOUNT', 2 ** 40),
    ]),
  }
  test.each(Object.entries(claims))('%s', async (_, file) => {
    const before = process.memoryUsage().arrayBuffers
    const { error, before: bytes } = await failure(funpack(bytesSource(file)))
    expect(error).toBeInstanceOf(FitsError)
    expect(bytes).toBeLessThanOrEqual(5760)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 2 ** 20)
  })

  test('a header without end', async () => {
    const line = 'COMMENT so it goes on'.padEnd(80)
    const endless = Buffer.concat([Buffer.from(packed.subarray(0, 80)), Buffer.from(line.repeat(200_000), 'latin1')])
    expect((await failure(funpack(bytesSource(endless)))).error).toMatchObject({
      message: expect.stringContaining('4096 blocks'),
    })
  })
})

test('a source that fails is the error of the stream, and lets go of what is open', async () => {
  const good = ranged(readData('fits', 'multi-r.fits.fz'))
  let dataRead = 0
  const failing = {
    ...good,
    read: (start: number, length: number) =>
      length > 2880 && ++dataRead === 2 ? Promise.reject(new Error('reset')) : good.read(start, length),
  }
  expect((await failure(funpack(failing))).error).toMatchObject({ message: 'reset' })
  expect(good.open()).toBe(0)
})

test('a damaged file has no catalogue', async () => {
  const file = readData('fits', 'multi-r.fits.fz')
  await expect(extractCatalog(bytesSource(file.subarray(0, 33_000)))).rejects.toBeInstanceOf(FitsError)
})
