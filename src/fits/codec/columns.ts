import { FitsError } from '../error.ts'
import { type Header, readInteger } from '../header/header.ts'

/** Bytes per element by TFORM letter (FITS 4.0 section 7.3.1); X, bits, is counted separately. */
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
  /** Byte offset within a row, and the bytes it takes there. */
  start: number
  bytes: number
  repeat: number
  letter: string
  /** The letter of the elements when they are arrays in the heap (letter P or Q). */
  element: string | undefined
}

/** The bytes that `count` elements of a TFORM letter take. */
export function elementBytes(letter: string, count: number): number {
  return letter === 'X' ? Math.ceil(count / 8) : count * WIDTHS[letter]!
}

/** The bytes of one element of a TFORM letter. */
export const elementWidth = (letter: string): number => WIDTHS[letter]!

/** The columns a table declares by TFORMn, or a packed table by ZFORMn. @throws FitsError */
export function readColumns(header: Header, forms: 'TFORM' | 'ZFORM'): Column[] {
  const count = readInteger(header, 'TFIELDS', 0, 999)
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
    const bytes = elementBytes(letter, repeat)
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

/** The bytes of one row. */
export const rowBytes = (columns: Column[]): number => columns.reduce((sum, { bytes }) => sum + bytes, 0)

/**
 * An array descriptor: its number of elements, and their byte offset in the heap.
 * @throws FitsError
 */
export function readDescriptor(view: DataView, at: number, letter: string): { count: number; offset: number } {
  if (letter === 'P') return { count: view.getUint32(at), offset: view.getUint32(at + 4) }
  const count = Number(view.getBigInt64(at))
  const offset = Number(view.getBigInt64(at + 8))
  if (count < 0 || offset < 0 || !Number.isSafeInteger(count) || !Number.isSafeInteger(offset))
    throw new FitsError('an array of a table has an impossible position')
  return { count, offset }
}
