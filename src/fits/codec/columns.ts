import { FitsError } from '../error.ts'
import { type Header, integer } from '../header/header.ts'

/** Bytes of one number, by the letter of its TFORM (FITS 4.0 section 7.3.1); bits (X) are counted apart. */
const WIDTHS: Record<string, number> = {
  L: 1,
  B: 1,
  A: 1,
  I: 2,
  J: 4,
  K: 8,
  E: 4,
  D: 8,
  C: 8,
  M: 16,
  P: 8,
  Q: 16,
  X: 1,
}

/** A column of a binary table. */
export interface Column {
  /** From 1, as in TFORMn. */
  number: number
  name: string
  /** Where it begins within a row, and how much of it it takes, bytes. */
  start: number
  bytes: number
  repeat: number
  letter: string
  /** The arrays' letter where they are in the heap (letter P or Q). */
  element: string | undefined
}

/** Bytes that `count` elements of a letter take. */
export function bytesOf(letter: string, count: number): number {
  return letter === 'X' ? Math.ceil(count / 8) : count * WIDTHS[letter]!
}

export const widthOf = (letter: string): number => WIDTHS[letter]!

/** The columns by TFORMn, or of a packed table by ZFORMn. @throws FitsError */
export function columnsOf(header: Header, forms: 'TFORM' | 'ZFORM'): Column[] {
  const count = integer(header, 'TFIELDS', 0, 999)
  const columns: Column[] = []
  let start = 0
  for (let number = 1; number <= count; number++) {
    const form = header.get(`${forms}${number}`)
    const parts = /^ *(\d*)([LXBIJKAEDCMPQ])([LXBIJKAEDCM]?)/.exec(String(form ?? ''))
    if (!parts) throw new FitsError(`${forms}${number} is ${form === undefined ? 'missing' : `'${form}'`}`)
    const letter = parts[2]!
    const varying = letter === 'P' || letter === 'Q'
    if (varying && !parts[3]) throw new FitsError(`${forms}${number} is '${form}'`)
    const repeat = parts[1] === '' ? 1 : Number(parts[1])
    const bytes = bytesOf(letter, repeat)
    columns.push({
      number,
      name: String(header.get(`TTYPE${number}`) ?? '').toUpperCase(),
      start,
      bytes,
      repeat,
      letter,
      element: varying ? parts[3] : undefined,
    })
    start += bytes
  }
  return columns
}

export const rowBytes = (columns: Column[]): number => columns.reduce((sum, { bytes }) => sum + bytes, 0)

/** Where an array is in the heap: how many elements, and the first one's byte. @throws FitsError */
export function descriptor(view: DataView, at: number, letter: string): { count: number; offset: number } {
  if (letter === 'P') return { count: view.getUint32(at), offset: view.getUint32(at + 4) }
  const count = Number(view.getBigInt64(at))
  const offset = Number(view.getBigInt64(at + 8))
  if (count < 0 || offset < 0 || !Number.isSafeInteger(count) || !Number.isSafeInteger(offset))
    throw new FitsError('an array of a table is said to be at an impossible place')
  return { count, offset }
}
