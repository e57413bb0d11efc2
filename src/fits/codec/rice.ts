import { FitsError } from '../error.ts'

/** Rice parameters by bytes per pixel (White, Greenfield, Pence and others 2013). */
const SHAPES = { 1: { bits: 3, direct: 6 }, 2: { bits: 4, direct: 14 }, 4: { bits: 5, direct: 25 } } as const

export type RiceWidth = keyof typeof SHAPES

/**
 * RICE_1: fills `out` with `count` integers from bytes `start` to `end` (1 byte unsigned, 2 and 4
 * signed). The view must extend 8 bytes past `end`, whatever they are: codes are read in one 32-bit
 * load each.
 * @throws FitsError if the code runs past the end
 */
export function decodeRice(
  view: DataView,
  start: number,
  end: number,
  width: RiceWidth,
  block: number,
  count: number,
  out: Int32Array,
): void {
  const { bits, direct } = SHAPES[width]
  const whole = width * 8
  if (end - start < width) throw tooShort()
  let last = width === 1 ? view.getUint8(start) : width === 2 ? view.getUint16(start) : view.getInt32(start)
  // positions are counted in bits
  let at = (start + width) * 8
  const limit = end * 8
  for (let i = 0; i < count; ) {
    const stop = Math.min(i + block, count)
    if (at + bits > limit) throw tooShort()
    const split = ((view.getUint32(at >>> 3) << (at & 7)) >>> (32 - bits)) - 1
    at += bits
    if (split < 0) {
      while (i < stop) out[i++] = last
    } else if (split === direct) {
      if (at + whole * (stop - i) > limit) throw tooShort()
      for (; i < stop; i++) {
        const code = directCode(view, at, whole)
        at += whole
        last = (last + ((code >>> 1) ^ -(code & 1))) | 0
        out[i] = last
      }
    } else if (split > direct) {
      throw new FitsError('a tile is damaged: there is no such Rice code')
    } else {
      at = splitCodes(view, at, limit, split, last, out, i, stop)
      i = stop
      last = out[i - 1]!
    }
  }
  if (at > limit) throw tooShort()
  if (width === 2) for (let i = 0; i < count; i++) out[i] = (out[i]! << 16) >> 16
  else if (width === 1) for (let i = 0; i < count; i++) out[i] = out[i]! & 255
}

/** A block of codes: n zeros and a one, then `split` bits. Returns the bit position after it. */
function splitCodes(
  view: DataView,
  from: number,
  limit: number,
  split: number,
  before: number,
  out: Int32Array,
  first: number,
  stop: number,
): number {
  let at = from
  let last = before
  // a 32-bit load holds at least 25 bits of code; most codes fit
  const most = 25 - 1 - split
  const rest = 32 - split
  for (let i = first; i < stop; i++) {
    const word = view.getUint32(at >>> 3) << (at & 7)
    let zeros = Math.clz32(word)
    let code: number
    if (zeros <= most) {
      // two shifts, as a shift by 32 does nothing
      code = (zeros << split) | ((((word << zeros) << 1) >>> 1) >>> (rest - 1))
      at += zeros + 1 + split
    } else {
      zeros = 0
      while (at < limit && ((view.getUint8(at >>> 3) >>> (7 - (at & 7))) & 1) === 0) {
        zeros++
        at++
      }
      at++
      if (at + split > limit) throw tooShort()
      code = (zeros << split) | (split ? (view.getUint32(at >>> 3) << (at & 7)) >>> rest : 0)
      at += split
    }
    last = (last + ((code >>> 1) ^ -(code & 1))) | 0
    out[i] = last
    if (at > limit) throw tooShort()
  }
  return at
}

function directCode(view: DataView, at: number, whole: number): number {
  const shift = at & 7
  const word = view.getUint32(at >>> 3) << shift
  if (whole < 32) return word >>> (32 - whole)
  return shift ? (word | (view.getUint8((at >>> 3) + 4) >>> (8 - shift))) >>> 0 : word >>> 0
}

const tooShort = () => new FitsError('a tile is damaged: its Rice code ends too soon')
