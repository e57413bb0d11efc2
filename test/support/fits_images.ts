/** FITS files made for the tests: the same for a seed, always. */

/** Numbers from 0 up to 1 (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export type Random = () => number

export const below = (random: Random, n: number): number => Math.floor(random() * n)
export const pick = <T>(random: Random, items: readonly T[]): T => items[below(random, items.length)]!

/** The values of an image. sky: a slope with noise and stars; mask: mostly 0; noise: all bits; flat: one value. */
export type Scene = 'sky' | 'mask' | 'noise' | 'flat' | 'sparse' | 'extreme'

export type Bitpix = 8 | 16 | 32 | -32 | -64

export interface Picture {
  bitpix: Bitpix
  sizes: number[]
  scene: Scene
  /** Where some pixels are undefined: NaN, or BLANK of whole numbers. */
  holes?: boolean
  /** 16-bit numbers without a sign, by BZERO. */
  unsigned?: boolean
  cards?: string[]
}

export const card = (name: string, value: number | string, comment = ''): string =>
  `${name.padEnd(8)}= ${String(value).padStart(20)}${comment && ` / ${comment}`}`.padEnd(80).slice(0, 80)

/** A header, with what is in `spare` as blank cards at its end. */
export function header(cards: string[], spare = 0): Buffer {
  const text = [...cards, ...Array(spare).fill(''), 'END'].map((line) => line.padEnd(80)).join('')
  return Buffer.from(text.padEnd(Math.ceil(text.length / 2880) * 2880), 'latin1')
}

export function filled(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc((2880 - (data.length % 2880)) % 2880)])
}

/** A primary HDU or IMAGE extension. */
export function image(random: Random, picture: Picture, place: 'primary' | 'extension' = 'primary'): Buffer {
  const { bitpix, sizes, cards = [] } = picture
  const blank = bitpix === 8 ? 255 : bitpix === 16 ? -32768 : -2147483648
  const head = [
    place === 'primary' ? card('SIMPLE', 'T', 'made for a test') : "XTENSION= 'IMAGE   '           / made for a test",
    card('BITPIX', bitpix),
    card('NAXIS', sizes.length),
    ...sizes.map((size, i) => card(`NAXIS${i + 1}`, size, `axis ${i + 1}`)),
    ...(place === 'primary' ? [card('EXTEND', 'T')] : [card('PCOUNT', 0), card('GCOUNT', 1)]),
    ...(picture.unsigned ? [card('BSCALE', 1), card('BZERO', 32768)] : []),
    ...(picture.holes && bitpix > 0 ? [card('BLANK', blank)] : []),
    ...cards,
  ]
  return Buffer.concat([header(head), filled(pixels(random, picture, blank))])
}

export const emptyPrimary = (cards: string[] = []): Buffer =>
  header([card('SIMPLE', 'T'), card('BITPIX', 8), card('NAXIS', 0), card('EXTEND', 'T'), ...cards])

function pixels(random: Random, { bitpix, sizes, scene, holes }: Picture, blank: number): Buffer {
  const count = sizes.length ? sizes.reduce((product, size) => product * size, 1) : 0
  const bytes = Math.abs(bitpix) / 8
  const data = Buffer.alloc(count * bytes)
  const level = 50 + random() * 100
  for (let i = 0; i < count; i++) {
    const hole = holes && random() < 0.02
    put(data, i * bytes, bitpix, hole ? (bitpix < 0 ? Number.NaN : blank) : value(random, scene, bitpix, i, level))
  }
  return data
}

function value(random: Random, scene: Scene, bitpix: Bitpix, i: number, level: number): number {
  const whole = bitpix > 0
  const least = bitpix === 8 ? 0 : -(2 ** (Math.abs(bitpix) - 1))
  const most = bitpix === 8 ? 255 : 2 ** (Math.abs(bitpix) - 1) - 1
  const noise = random() + random() + random() - 1.5
  switch (scene) {
    case 'sky': {
      const star = random() < 0.005 ? random() * (bitpix === 8 ? 80 : 5000) : 0
      const n = level + noise * 9 + (i % 100) * 0.05 + star
      return whole ? Math.min(255, Math.max(0, Math.round(n))) + (bitpix === 8 ? 0 : Math.round(star)) : n
    }
    case 'mask':
      return random() < 0.04 ? below(random, 8) : 0
    case 'noise':
      return whole ? least + Math.floor(random() * (most - least + 1)) : noise * 10 ** (random() * 20 - 10)
    case 'flat':
      return whole ? 7 : 7.25
    case 'sparse':
      return random() < 0.3 ? 0 : whole ? Math.round(level + noise * 20) : level + noise * 20
    default: {
      const odd = [0, -0, 1, least, most, 2 ** 30]
      if (!whole) return pick(random, [1e30, -1e30, 1e-40, -0, 0, Number.POSITIVE_INFINITY, 1e-310, noise])
      return Math.min(most, Math.max(least, pick(random, odd)))
    }
  }
}

function put(data: Buffer, at: number, bitpix: Bitpix, n: number): void {
  if (bitpix === 8) data.writeUInt8(n, at)
  else if (bitpix === 16) data.writeInt16BE(n, at)
  else if (bitpix === 32) data.writeInt32BE(n, at)
  else if (bitpix === -32) data.writeFloatBE(n, at)
  else data.writeDoubleBE(n, at)
}
