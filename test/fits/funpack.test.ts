import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { funpack } from '../../src/fits/funpack.ts'
import { unpackedSize } from '../../src/fits/size.ts'
import { bytesSource } from '../../src/fits/source.ts'
import { collect } from '../support/collect.ts'
import { fitsFile, readData, readJson } from '../support/data.ts'
import { KINDS, ranged } from '../support/fits_sources.ts'

const wanted = Object.entries(readJson<Record<string, { size: number; md5: string }>>('fits', 'funpack.json')).flatMap(
  ([name, { size, md5 }]) => {
    const file = fitsFile(name)
    return file ? [{ name, size, md5, bytes: new Uint8Array(readFileSync(file)) }] : []
  },
)

const md5Of = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

describe.each(Object.entries(KINDS))('a file as %s', (_, source) => {
  test.each(wanted)('$name unpacks to what CFITSIO makes of it', async ({ bytes, size, md5 }) => {
    const unpacked = await collect(funpack(source(bytes)))
    expect(unpacked.length).toBe(size)
    expect(md5Of(unpacked)).toBe(md5)
  })
})

describe('the unpacked size', () => {
  test.each(wanted)('of $name is known from its headers', async ({ bytes, size }) => {
    const source = ranged(bytes)
    expect(await unpackedSize(source)).toBe(size)
    // blocks of headers, and nothing else
    expect(source.asked.every(({ start, end }) => end - start === 2880 && start % 2880 === 0)).toBe(true)
    expect(source.open()).toBe(0)
  })

  test('is not known of what is no FITS file, cut off, or packed by something unknown', async () => {
    const bytes = readData('fits', 'i16-r.fits.fz')
    const unknown = Buffer.from(Buffer.from(bytes).toString('latin1').replace("'RICE_1  '", "'BZIP2_1 '"), 'latin1')
    for (const none of [new Uint8Array(0), Buffer.from('no file of stars'), bytes.subarray(0, 20_000), unknown])
      expect(await unpackedSize(bytesSource(none))).toBeNull()
  })
})

test('the data of a file of ranges are asked for once, in one piece for each HDU', async () => {
  const bytes = readData('fits', 'multi-r.fits.fz')
  const source = ranged(bytes)
  await collect(funpack(source))
  const data = source.asked.filter(({ start, end }) => end - start > 2880)
  expect(data.length).toBeLessThanOrEqual(4)
  expect(data.reduce((sum, { start, end }) => sum + end - start, 0)).toBeLessThanOrEqual(bytes.length)
  expect(source.open()).toBe(0)
})

test('nothing is read ahead of what is taken, and a stream that is left lets go of its source', async () => {
  const bytes = readData('fits', 'f32-gq0.fits.fz')
  const source = ranged(bytes)
  const reader = funpack(source).getReader()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(source.asked).toEqual([])
  await reader.read()
  await reader.read()
  await reader.cancel()
  expect(source.open()).toBe(0)
})
