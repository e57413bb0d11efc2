import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FitsError } from '../../src/fits/error.ts'
import { type Hdu, readHdus } from '../../src/fits/hdus.ts'
import {
  type HeaderValue,
  headerJson,
  parseHeaderDict,
  Real,
  readHeaderDict,
  readMetadata,
  valueJson,
} from '../../src/fits/header/dictionary.ts'
import { parseHeader } from '../../src/fits/header/header.ts'
import { bytesSource } from '../../src/fits/source.ts'
import { dataFile, readData, readJson } from '../support/data.ts'
import { card, emptyPrimary, header } from '../support/fits_images.ts'

/** What astropy made of a header: JSON text as Python writes it, in the header's order. `mended`: after verify('fix'). */
interface Recorded {
  cards: string[]
  dict: string
  mended?: boolean
}

const cardsOf = (cards: string[]): string[] => cards.map((one) => one.padEnd(80))
const jsonOf = (...cards: string[]): string => headerJson(parseHeaderDict(cardsOf(cards)).dict)
const warningsOf = (...cards: string[]): string[] => parseHeaderDict(cardsOf(cards)).warnings

const recorded = readJson<Recorded[]>('fits', 'headers/cards.json')
const titled = recorded.map((one, i) => [`${i} ${one.cards[0]}`, one] as const)

describe('a header is read as astropy reads it', () => {
  test.each(titled)('%s', (_, { cards, dict, mended }) => {
    const read = parseHeaderDict(cardsOf(cards))
    expect(headerJson(read.dict)).toBe(dict)
    if (mended) expect(read.warnings).not.toEqual([])
  })

  test.each(readJson<string[][]>('fits', 'headers/refused.json'))(
    'what astropy gives up at is read, with a warning: %s',
    (...cards) => {
      const { dict, warnings } = parseHeaderDict(cardsOf(cards))
      expect(dict.size).toBe(1)
      expect(warnings).toHaveLength(1)
    },
  )

  const packed = readJson<Recorded[]>('fits', 'headers/packed.json').map((one, i) => [i, one] as const)
  test.each(packed)('a packed image has the header of the image, %i', (_, { cards, dict }) => {
    const hdu = { index: 1, header: parseHeader(cardsOf(cards), 1), data: 0, length: 0 }
    const read = readHeaderDict(hdu).dict
    read.delete('')
    expect(headerJson(read)).toBe(dict)
  })

  const text = readFileSync(dataFile('fits', 'headers/files.json'), 'utf8')
  const files = [...text.matchAll(/^"(.*)": \[\n([\s\S]*?)\n\]/gm)].map(([, name, dicts]) => [name!, dicts!] as const)
  test('of real files', () => expect(files.length).toBe(15))
  test.each(files)('%s', async (name, dicts) => {
    const hdus = await read(readData('fits', name))
    const got = hdus.map(({ dict }) => {
      dict.delete('')
      return `  ${headerJson(dict)}`
    })
    expect(got.join(',\n')).toBe(dicts)
    expect(hdus.flatMap(({ warnings }) => warnings)).toEqual([])
  })
})

async function read(file: Uint8Array, told: string[] = []): Promise<ReturnType<typeof readHeaderDict>[]> {
  const all = []
  for await (const hdu of readHdus(bytesSource(file), (warning) => told.push(warning))) all.push(readHeaderDict(hdu))
  return all
}

describe('what is tolerated is told', () => {
  test('the first of several values holds', () => {
    const cards = ['A       = 1', 'B       = 2', 'A       = 1.0']
    expect(jsonOf(...cards)).toBe('{"A":1,"B":2}')
    expect(warningsOf(...cards)).toEqual(['A appears 2 times, with 1 and 1.0: the first value counts'])
    expect(warningsOf('A       = 1', 'A       = 1')).toEqual([])
  })

  test('a value that is not written as it should be stays as its text', () => {
    expect(jsonOf('A       = 12:30:45 / time')).toBe('{"A":"12:30:45"}')
    expect(warningsOf('A       = 12:30:45 / time')).toEqual([
      "A has a value that is not valid in FITS: kept as the text '12:30:45'",
    ])
  })

  test('a complex number is its text, a number too large is null', () => {
    expect(jsonOf('A       = (1.0, 2.0)', 'B       = 1E400')).toBe('{"A":"(1.0, 2.0)","B":null}')
    expect(warningsOf('A       = (1.0, 2.0)', 'B       = 1E400')).toEqual([
      'A is a complex number: kept as text',
      "B is '1E400', which is larger than any number: it becomes null",
    ])
  })

  test('characters that are not printable ASCII are replaced', () => {
    const cards = ["A       = 'caf\xe9\x00\tx'", 'B       = 1']
    expect(jsonOf(...cards)).toBe('{"A":"caf?  x","B":1}')
    expect(warningsOf(...cards)).toEqual([
      'A: characters other than printable ASCII were replaced by a question mark or a blank',
    ])
  })

  test('what astropy stops at or garbles is read as it is meant', () => {
    expect(jsonOf('hierarch foo bar = 3')).toBe('{"foo bar":3}')
    expect(jsonOf("DP1     = 'A: 1D2'")).toBe('{"DP1.A":100.0}')
    expect(jsonOf('COMMENT x\ty')).toBe('{"COMMENT":"x y"}')
  })

  test('an empty string is empty, whatever quotes the comment has', () => {
    expect(jsonOf("A       = '' / one of 'x' or 'y'")).toBe('{"A":""}')
  })

  test('a header with a fault in each card tells the first of them, and how many more there are', () => {
    const { dict, warnings } = parseHeaderDict(
      cardsOf(Array.from({ length: 1000 }, (_, i) => `K${String(i).padEnd(7)}= x`)),
    )
    expect(dict.size).toBe(1000)
    expect(warnings).toHaveLength(51)
    expect(warnings[50]).toBe('and 950 more warnings of this header')
  })

  test('a text of a hundred thousand CONTINUE cards is read', () => {
    const cards = ["A       = '&'", ...Array.from({ length: 100_000 }, () => `CONTINUE  '${'x'.repeat(60)}&'`)]
    expect(parseHeaderDict(cardsOf(cards)).dict.get('A')).toBe('x'.repeat(6_000_000))
  })
})

describe('a file that is whole but for its form', () => {
  const extension = Buffer.concat([
    header([
      "XTENSION= 'IMAGE   '",
      card('BITPIX', 8),
      card('NAXIS', 1),
      card('NAXIS1', 10),
      card('PCOUNT', 0),
      card('GCOUNT', 1),
    ]),
    Buffer.alloc(2880),
  ])
  const primary = (...cards: string[]) => header([card('SIMPLE', 'T'), card('BITPIX', 8), card('NAXIS', 0), ...cards])

  test.each([
    [
      'its last padding is missing',
      extension.subarray(0, 2890),
      2,
      'the data of HDU 1 are not padded to whole blocks of 2880 bytes',
    ],
    ['a piece of it', extension.subarray(0, 5759), 2, 'the data of HDU 1 are not padded to whole blocks of 2880 bytes'],
    [
      'something follows',
      Buffer.alloc(5000, 'junk'),
      1,
      'the bytes from 2880 on, after the last HDU, are no header: they were ignored',
    ],
    [
      'a few bytes follow',
      Buffer.from('junk'),
      1,
      'the bytes from 2880 on, after the last HDU, are no header: they were ignored',
    ],
  ])('%s', async (_, rest, count, warning) => {
    const file = Buffer.concat([emptyPrimary(), rest])
    const told: string[] = []
    expect(await read(file, told)).toHaveLength(count)
    expect(told).toEqual([warning])
    await expect(strictly(file)).rejects.toBeInstanceOf(FitsError)
  })

  test.each([
    ['blanks', ' '],
    ['zeros', '\0'],
  ])('%s behind the last HDU are nothing', async (_, fill) => {
    const told: string[] = []
    expect(await read(Buffer.concat([emptyPrimary(), Buffer.alloc(3000, fill)]), told)).toHaveLength(1)
    expect(told).toEqual([])
  })

  test('a header whose END is not filled up', async () => {
    const whole = primary()
    const end = whole.indexOf('END')
    const zeros = Buffer.concat([whole.subarray(0, end + 3), Buffer.alloc(2880 - end - 3)])
    for (const file of [whole.subarray(0, end + 3), whole.subarray(0, end + 80), zeros]) {
      const told: string[] = []
      expect((await read(file, told)).map(({ dict }) => headerJson(dict))).toEqual([
        '{"SIMPLE":true,"BITPIX":8,"NAXIS":0}',
      ])
      expect(told).toEqual(['the header at byte 0 is not padded with blanks'])
      await expect(strictly(file)).rejects.toBeInstanceOf(FitsError)
    }
  })

  test('data that are missing are an error', async () => {
    const file = Buffer.concat([emptyPrimary(), extension.subarray(0, 2889)])
    await expect(read(file)).rejects.toThrow(
      'the file was cut off: it has 5769 bytes, HDU 1 alone goes on to byte 8640',
    )
  })

  test('a primary HDU says that extensions follow, as astropy has it', async () => {
    const first = async (...files: Buffer[]) => headerJson((await read(Buffer.concat(files)))[0]!.dict)
    const last = card('X', 1)
    expect(await first(primary(last), extension)).toBe('{"SIMPLE":true,"BITPIX":8,"NAXIS":0,"EXTEND":true,"X":1}')
    expect(await first(primary(last, card('EXTEND', 'F')), extension)).toBe(
      '{"SIMPLE":true,"BITPIX":8,"NAXIS":0,"X":1,"EXTEND":true}',
    )
    expect(await first(primary(last))).toBe('{"SIMPLE":true,"BITPIX":8,"NAXIS":0,"X":1}')
  })

  test('a header of a million cards is refused, without all of it being read', async () => {
    let asked = 0
    const block = new TextEncoder().encode('COMMENT x'.padEnd(80).repeat(36))
    const start = new Uint8Array(primary().subarray(0, 2880)).map((byte, i) => (i < 80 ? byte : 32))
    const source = {
      size: 80_000_000,
      read: async (at: number, length: number) => {
        asked += length
        return at ? block : start
      },
    }
    const hdus: Hdu[] = []
    const all = async () => {
      for await (const hdu of readHdus(source, () => undefined)) hdus.push(hdu)
    }
    await expect(all()).rejects.toThrow('the header at byte 0 does not end within 4096 blocks')
    expect(asked).toBe(4096 * 2880)
  })
})

async function strictly(file: Uint8Array): Promise<void> {
  for await (const _ of readHdus(bytesSource(file)));
}

describe('headers as JSON', () => {
  test.each<[HeaderValue, string]>([
    [new Real(12), '12.0'],
    [12, '12'],
    [new Real(-0), '-0.0'],
    [new Real(1e-5), '1e-05'],
    [new Real(0.0001), '0.0001'],
    [new Real(1.5e-7), '1.5e-07'],
    [new Real(1e16), '1e+16'],
    [new Real(1e15), '1000000000000000.0'],
    [new Real(1.2345e100), '1.2345e+100'],
    [new Real(5e-324), '5e-324'],
    [new Real(Number.NaN), 'null'],
    [new Real(Number.NEGATIVE_INFINITY), 'null'],
    [0.5, '0.5'],
    [2n ** 64n, '18446744073709551616'],
    ['a"\ud800', '"a\\"\\ud800"'],
    [null, 'null'],
    [true, 'true'],
  ])('%s is written %s', (value, written) => expect(valueJson(value)).toBe(written))

  test('the same comes back', () => {
    const text =
      '{"A":12.0,"B":12,"C":-18446744073709551616,"D":"x, \\"y\\": {1}","E":null,"F":true,"G":1.5e-07,"":"","H\\"":false}'
    expect(headerJson(readMetadata(text))).toBe(text)
    expect(headerJson(readMetadata(' { "A" :\n1E5 , "B":-0, "A": "2" } '))).toBe('{"A":"2","B":0}')
    expect(readMetadata('{}').size).toBe(0)
  })

  test.each([
    ['{"A": [1]}', 'A of the metadata is a list: it must be a string, a number, true, false or null'],
    ['{"A": {}}', 'A of the metadata is an object: it must be a string, a number, true, false or null'],
    ['[1]', 'the metadata must be one JSON object of keywords and values'],
    ['null', 'the metadata must be one JSON object of keywords and values'],
    ['{"A": NaN}', 'the metadata is not JSON'],
  ])('%s is refused', (text, words) => expect(() => readMetadata(text)).toThrow(words))
})
