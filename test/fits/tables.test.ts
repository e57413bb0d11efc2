import { describe, expect, test } from 'vitest'
import { funpack } from '../../src/fits/funpack.ts'
import { unpackedSize } from '../../src/fits/size.ts'
import { bytesSource } from '../../src/fits/source.ts'
import { fpack, funpackOf } from '../support/cfitsio.ts'
import { collect } from '../support/collect.ts'
import { below, card, emptyPrimary, filled, header, pick, type Random, randomOf } from '../support/fits_images.ts'
import { KINDS } from '../support/fits_sources.ts'

const WIDTHS: Record<string, number> = { L: 1, B: 1, A: 1, I: 2, J: 4, K: 8, E: 4, D: 8, C: 8, M: 16, P: 8, Q: 16 }

interface Form {
  text: string
  letter: string
  repeat: number
  element?: string
}

function formOf(text: string): Form {
  const [, repeat, letter, element] = /^(\d*)([A-Z])([A-Z]?)/.exec(text)!
  return { text, letter: letter!, repeat: repeat ? Number(repeat) : 1, ...(element ? { element } : {}) }
}

const bytesOf = ({ letter, repeat }: Form) => (letter === 'X' ? Math.ceil(repeat / 8) : WIDTHS[letter]! * repeat)

/** A table of columns with values that gain by packing, and some that do not. */
function table(random: Random, forms: Form[], rows: number, cards: string[] = []): Buffer {
  const width = forms.reduce((sum, form) => sum + bytesOf(form), 0)
  const data = Buffer.alloc(width * rows)
  const heap: Buffer[] = []
  let used = 0
  const filler = pick(random, [
    (i: number) => i % 4,
    () => below(random, 256),
    (i: number) => (i % 3 ? 0 : below(random, 9)),
  ])
  for (let row = 0, at = 0; row < rows; row++)
    for (const form of forms) {
      if (form.element) {
        const count = below(random, 20)
        const array = Buffer.from(Uint8Array.from({ length: count * WIDTHS[form.element]! }, (_, i) => filler(i)))
        if (form.letter === 'P') {
          data.writeUInt32BE(count, at)
          data.writeUInt32BE(used, at + 4)
        } else {
          data.writeBigInt64BE(BigInt(count), at)
          data.writeBigInt64BE(BigInt(used), at + 8)
        }
        heap.push(array)
        used += array.length
      } else
        for (let i = 0; i < bytesOf(form); i++)
          data[at + i] = form.letter === 'A' ? 65 + (filler(i) % 20) : filler(i + row)
      at += bytesOf(form)
    }
  const head = header([
    "XTENSION= 'BINTABLE'           / a table",
    card('BITPIX', 8),
    card('NAXIS', 2),
    card('NAXIS1', width, 'bytes of a row'),
    card('NAXIS2', rows, 'rows'),
    card('PCOUNT', used),
    card('GCOUNT', 1),
    card('TFIELDS', forms.length),
    ...forms.flatMap(({ text }, i) => [
      `${`TTYPE${i + 1}`.padEnd(8)}= 'c${i}      '           / label ${i}`,
      `${`TFORM${i + 1}`.padEnd(8)}= '${text.padEnd(8)}'${i % 2 ? '           / form' : ''}`,
    ]),
    "EXTNAME = 'CAT     '",
    ...cards,
  ])
  return Buffer.concat([head, filled(Buffer.concat([data, ...heap]))])
}

const FIXED = ['L', '11X', 'B', 'I', 'J', 'K', '8A', 'E', 'D', '3I', '0J', '1J', '12A4', '2E', '1D', '5B']
const VARYING = ['PE(5)', 'PJ(5)', 'QI(9)', 'PB(7)', 'PD', '1PK(2)', 'PL(3)', 'PI(25)', 'QD(300)']

describe('tables packed by fpack unpack as funpack does', () => {
  test.each(Array.from({ length: 12 }, (_, i) => i))('round %i', async (round) => {
    let packedOnes = 0
    for (let i = 0; i < 5; i++) {
      const random = randomOf(round * 10 + i)
      const forms = Array.from({ length: 1 + below(random, 6) }, () =>
        formOf(pick(random, [...FIXED, ...FIXED, ...VARYING])),
      )
      const rows = 1 + below(random, pick(random, [5, 300, 2500]))
      const cards = pick(random, [
        [],
        ['FZTILELN= 100'],
        ["FZALGOR = 'GZIP_1'"],
        ["FZALGOR = 'RICE_1'", 'FZTILELN= 37'],
        ["FZALGOR = 'GZIP_2'"],
      ])
      const file = Buffer.concat([emptyPrimary(), table(random, forms, rows, cards)])
      const { bytes: packed, error } = fpack(file, [
        pick(random, ['-table', '-tableonly']),
        ...pick(random, [[], ['-C']]),
      ])
      expect(error).toBeUndefined()
      const { bytes: wanted } = funpackOf(packed!)
      if (!wanted) continue
      if (packed!.includes('ZTABLE')) packedOnes++
      for (const source of Object.values(KINDS)) {
        const got = await collect(funpack(source(packed!)))
        expect(got.equals(wanted), `${round} ${i} ${rows} ${forms.map(({ text }) => text)} ${cards}`).toBe(true)
      }
      expect(await unpackedSize(bytesSource(packed!))).toBe(wanted.length)
    }
    expect(packedOnes).toBeGreaterThan(0)
  })

  test('arrays of varying length that are not packed: their lengths are declared as they are', async () => {
    const file = Buffer.concat([emptyPrimary(), table(randomOf(9), [...VARYING, 'J'].map(formOf), 50)])
    for (const source of Object.values(KINDS))
      expect((await collect(funpack(source(file)))).equals(funpackOf(file).bytes!)).toBe(true)
  })
})

test('columns that funpack itself cannot unpack come back as they were', async () => {
  // complex numbers; arrays of text
  for (const text of ['C', '2M', 'PA(7)']) {
    const file = Buffer.concat([emptyPrimary(), table(randomOf(3), [formOf('J'), formOf(text)], 700)])
    const { bytes: packed } = fpack(file, ['-table', '-C'])
    expect(packed!.includes('ZTABLE')).toBe(true)
    const got = await collect(funpack(bytesSource(packed!)))
    expect(got.subarray(5760).equals(file.subarray(5760)), text).toBe(true)
  }
})
