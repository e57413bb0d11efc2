import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { budget, gateOf } from '../../../src/ingest/deliver/waiting.ts'
import { describe } from '../../../src/ingest/describe/describe.ts'
import { BadFile } from '../../../src/ingest/describe/description.ts'
import { withRoom } from '../../../src/ingest/describe/headers.ts'
import { recordJson } from '../../../src/ingest/describe/record.ts'
import { readData } from '../../support/data.ts'
import { cardsOf, fitsOf, headerOf } from '../../support/fits_file.ts'
import { fileOf, noTags, rulesOf } from '../../support/ingest_files.ts'

const BLOCK = 2880
const rules = rulesOf()
const bytesOf = (text: string) => new TextEncoder().encode(text)

/** What becomes of a file: that it can go in, or why not. Anything else is a fault of ours. */
async function became(name: string, bytes: Uint8Array): Promise<string> {
  try {
    const { record } = await describe(fileOf(name, bytes), undefined, rules, noTags)
    JSON.parse(recordJson(record))
    return 'fine'
  } catch (error) {
    if (error instanceof BadFile) return error.message
    throw error
  }
}

/** Numbers that are the same in each run, from 0 up to below `end`. */
function numbers(seed: number): (end: number) => number {
  let state = seed
  return (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * end)
  }
}

/** Ways in which disks, links and programs damage files. */
const DAMAGES: Record<string, (bytes: Uint8Array, any: (end: number) => number) => Uint8Array> = {
  'a bit is turned': (bytes, any) => {
    for (let i = 0; i < 20; i++) bytes[any(Math.min(bytes.length, 5 * BLOCK))]! ^= 1 << any(8)
    return bytes
  },
  'it is cut off': (bytes, any) => bytes.subarray(0, any(bytes.length)),
  'it is cut off behind a block': (bytes, any) => bytes.subarray(0, any(bytes.length / BLOCK) * BLOCK),
  'blocks are exchanged': (bytes, any) => {
    const [a, b] = [any(bytes.length / BLOCK) * BLOCK, any(5) * BLOCK]
    const kept = bytes.slice(a, a + BLOCK)
    bytes.copyWithin(a, b, b + BLOCK)
    bytes.set(kept, b)
    return bytes
  },
  'a block is zeros': (bytes, any) => bytes.fill(0, any(5) * BLOCK, (any(5) + 1) * BLOCK),
  'cards are noise': (bytes, any) => {
    const at = any(180) * 80
    for (let i = 0; i < 240; i++) bytes[at + i] = any(256)
    return bytes
  },
}

test.each(Object.keys(DAMAGES))('a file is described or refused, where %s', async (damage) => {
  for (const [seed, name] of [
    'tfn0m414-kb29-20151216-0380-t00.fits.fz',
    'sqa0m801-kb35-20151216-0966-g00.fits',
    'bias_kb70_20151221_bin2x2.fits.fz',
  ].entries()) {
    const whole = readData('fits', name)
    const any = numbers(seed)
    for (let i = 0; i < 40; i++) expect(await became(name, DAMAGES[damage]!(new Uint8Array(whole), any))).not.toBe('')
  }
})

const image = (...cards: string[]) => headerOf(['SIMPLE  =                    T', ...cards, ...cardsOf().slice(3)])

test.each([
  ['an unknown BITPIX', image('BITPIX  = 7', 'NAXIS   = 1', 'NAXIS1  = 8'), /BITPIX is 7$/],
  ['a negative number of axes', image('BITPIX  = 8', 'NAXIS   = -1'), /NAXIS is -1, which is not valid$/],
  ['a negative axis', image('BITPIX  = 8', 'NAXIS   = 1', 'NAXIS1  = -5'), /NAXIS1 is -5, which is not valid$/],
  ['a thousand axes', image('BITPIX  = 8', 'NAXIS   = 1000'), /NAXIS is 1000, which is not valid$/],
  ['an axis that is missing', image('BITPIX  = 8', 'NAXIS   = 2', 'NAXIS1  = 8'), /NAXIS2 is missing$/],
  [
    'too many bytes',
    image('BITPIX  = 8', 'NAXIS   = 1', 'NAXIS1  = 8', `PCOUNT  = ${2 ** 53 - 2}`),
    /than can be counted/,
  ],
  [
    '10 GB that are not there',
    image('BITPIX  = 8', 'NAXIS   = 1', `NAXIS1  = ${10 * 2 ** 30}`),
    /was cut off: it has 2880/,
  ],
  ['no END', headerOf(cardsOf()).subarray(0, 800), /the file ends within a header, at byte 800$/],
  ['a million cards', headerOf(Array(1_000_000).fill('SIMPLE  = T')), /does not end within 4096 blocks$/],
  ['line breaks', bytesOf('SIMPLE  =                    T\r\nBITPIX  = 8\r\n'), /there are line breaks in its header/],
  ['nothing', bytesOf(''), /it is empty: send it again$/],
  ['zeros', new Uint8Array(BLOCK), /it begins with zeros: it was given its size, and not its content/],
  ['gzip', new Uint8Array(gzipSync(fitsOf())), /it is packed with gzip: unpack it$/],
  ['a web page', bytesOf('\n<!DOCTYPE html><h1>502 Bad Gateway</h1>'), /it is a web page/],
  ['a pointer', bytesOf('version https://git-lfs.github.com/spec/v1\noid sha256:0'), /that Git LFS keeps/],
])('a FITS file of %s is refused with the reason', async (_, bytes, words) => {
  expect(await became('a-e00.fits', bytes)).toMatch(words)
})

test('a tar that is a FITS file, a web page or packed twice says so', async () => {
  expect(await became('a.tar.gz', fitsOf())).toMatch(/no tar; it is a FITS file$/)
  expect(await became('a.tar.gz', new Uint8Array(gzipSync(fitsOf())))).toMatch(/no tar; it is a FITS file$/)
  expect(await became('a.tar.gz', bytesOf(`<html>${' '.repeat(600)}`))).toMatch(/no tar; it is a web page/)
  expect(await became('a.tar.gz', new Uint8Array(gzipSync(gzipSync(fitsOf()))))).toMatch(/packed with gzip/)
})

test('a file without end of empty HDUs is read to its end, and its headers are those of the first', async () => {
  const extension = headerOf(["XTENSION= 'IMAGE   '", 'BITPIX  = 8', 'NAXIS   = 0', 'PCOUNT  = 0', 'GCOUNT  = 1'])
  const endless = Buffer.concat([fitsOf(), ...Array<Uint8Array>(5_000).fill(extension)])
  expect(await became('a-e00.fits', new Uint8Array(endless))).toBe('fine')
})

test('long headers wait for room, usual ones do not; whoever leaves the gate lets the next one through', async () => {
  const turns = budget(1)
  const signal = new AbortController().signal
  const [first, second] = [gateOf(turns, signal), gateOf(turns, signal)]
  const usual = cardsOf()
  const long = headerOf([...usual, ...Array.from({ length: 10_000 }, (_, i) => `K${i}`.padEnd(8).concat('= 1'))])
  const described = (bytes: Uint8Array, gate = second) =>
    describe(fileOf('a-e00.fits', bytes), undefined, rules, noTags, gate.enter)

  await described(long, first)
  await described(headerOf(usual))
  let isRead = false
  const waiting = described(long).then(() => {
    isRead = true
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(isRead).toBe(false)
  first.leave()
  await waiting
  second.leave()
})

test('what is read with room is what the file holds', async () => {
  const bytes = headerOf(cardsOf())
  let asked = 0
  const source = withRoom(
    { size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) },
    async () => {
      asked++
    },
  )
  expect(await source.read(80, 80)).toEqual(bytes.subarray(80, 160))
  expect([source.size, asked]).toEqual([bytes.length, 0])
  await source.read(0, 2 ** 20)
  expect(asked).toBe(1)
})
