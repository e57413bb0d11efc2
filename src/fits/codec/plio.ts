import { FitsError } from '../error.ts'

/**
 * PLIO_1: a line list of IRAF's masks, in 16-bit words (FITS 4.0 section 10.4.3). Fills `count`
 * numbers.
 * @throws FitsError when a list runs past its end or its line
 */
export function decodePlio(view: DataView, start: number, end: number, count: number, out: Int32Array): void {
  const words = (end - start) >> 1
  const word = (i: number) => view.getInt16(start + 2 * i)
  if (words < 4) throw damaged()
  // old lists have their length in word 2; newer ones the header's size in word 1 and a 30-bit
  // length
  const old = word(2) > 0
  if (!old && words < 5) throw damaged()
  const first = old ? 3 : word(1)
  const length = old ? word(2) : (word(4) << 15) + word(3)
  if (first < 3 || length < first || length > words) throw damaged()
  out.fill(0, 0, count)
  let value = 1
  let at = 0
  for (let i = first; i < length; i++) {
    const code = word(i) & 0xffff
    const data = code & 0xfff
    const operation = code >> 12
    if (operation === 1) {
      if (++i >= length) throw damaged()
      value = (word(i) << 12) + data
    } else if (operation === 2) value += data
    else if (operation === 3) value -= data
    else {
      if (operation > 7) throw damaged()
      if (operation === 6) value += data
      if (operation === 7) value -= data
      const run = operation > 5 ? 1 : data
      if (at + run > count) throw damaged()
      if (operation === 4) out.fill(value, at, at + run)
      else if (operation !== 0) out[at + run - 1] = value
      at += run
    }
  }
}

const damaged = () => new FitsError('a tile is damaged: its PLIO list does not fit')
