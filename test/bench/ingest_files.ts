import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { dataFile } from '../support/data.ts'

const run = promisify(execFile)
const BLOCK = 2880
const CARD = 80
/** An observatory's own reduced frame, whose cards the made ones have. */
const MODEL = dataFile('fits', 'lsc1m005-kb78-20151109-0179-e90.fits.fz')

/** What a header says of the file's form, which is another here, and so many cards of telemetry that about 120 are left. */
const NOT_TAKEN =
  /^(?: |XTENSION|SIMPLE|BITPIX|NAXIS|PCOUNT|GCOUNT|TFIELDS|TTYPE|TFORM|Z[A-Z]+\d* |EXTNAME|BSCALE|BZERO|CHECKSUM|DATASUM|END|COMMENT|HISTORY|QV|AG|FOC|M1|M2|AUX|WMS[^T]|ENC\w|ENCAZ|ROT|ROLLER|FOLD|TPT|OFST|WCS|WCC|WCN|BLKMN|BLKSEE|BLKTR|BLKAIR|SCHED|CCDX|CCDY|CONF|DET|TPNT|POLAR|UT1|EOP|PM-|LBOUND|HDU|HDS|OBSGEO|L1Q|L1Z|L1STAT|L1ELL|REF|FILTERI)/
/** Of the reduced ones alone. */
const REDUCED = /^(?:L1|RLEVEL|ORIGNAME|PIPEVER)/

/** A file of the benchmark. */
export interface BenchFile {
  path: string
  basename: string
  md5: string
}

const headerCards = (bytes: Buffer, from: number): string[] => {
  const cards: string[] = []
  for (let at = from; ; at += CARD) {
    const card = bytes.toString('latin1', at, at + CARD)
    cards.push(card)
    if (card.startsWith('END     ')) return cards
  }
}
const card = (key: string, value: string | number): string =>
  `${key.padEnd(8)}= ${typeof value === 'string' ? `'${value.padEnd(8)}'` : String(value).padStart(20)}`.padEnd(CARD)
const whole = (length: number): number => Math.ceil(length / BLOCK) * BLOCK

/** An image of noise with these cards, fpacked to about so many bytes. */
async function template(folder: string, cards: string[], size: number): Promise<Buffer> {
  const packedHeaders = BLOCK + whole((cards.length + 30) * CARD)
  // the noise takes some 6 bits a pixel
  const side = Math.round(Math.sqrt((Math.max(1000, size - packedHeaders) * 8) / 6))
  const form = [
    `${'SIMPLE'.padEnd(8)}= ${'T'.padStart(20)}`.padEnd(CARD),
    card('BITPIX', 16),
    card('NAXIS', 2),
    card('NAXIS1', side),
    card('NAXIS2', side),
  ]
  const header = [...form, ...cards, 'END'.padEnd(CARD)].join('')
  const pixels = Buffer.alloc(whole(2 * side * side))
  for (let i = 0; i < side * side; i++) pixels.writeInt16BE(1000 + Math.round(Math.random() * 30), 2 * i)
  const path = join(folder, 'template.fits')
  await writeFile(path, Buffer.concat([Buffer.from(header.padEnd(whole(header.length)), 'latin1'), pixels]))
  await run('fpack', ['-r', path])
  const packed = await readFile(`${path}.fz`)
  await Promise.all([rm(path), rm(`${path}.fz`)])
  return packed
}

/** Writes into the cards of the second header, which all have to be there. */
function fill(bytes: Buffer, places: Map<string, number>, values: Record<string, string | number>): void {
  for (const [key, value] of Object.entries(values)) {
    const at = places.get(key)
    if (at === undefined) throw new Error(`the template has no ${key}`)
    bytes.write(card(key, value), at, 'latin1')
  }
}

/**
 * Small fpacked frames with an observatory's headers, no two alike: each raw frame, and the reduced one that relates to it.
 * `camera` makes the names of one call differ from another's; `seconds` lie between two raw frames.
 */
export async function makeFiles(
  folder: string,
  camera: string,
  count: number,
  size: number,
  seconds = 47,
): Promise<BenchFile[]> {
  await mkdir(folder, { recursive: true })
  const model = readFileSync(MODEL)
  const first = whole(headerCards(model, 0).length * CARD)
  const cards = headerCards(model, first).filter((text) => !NOT_TAKEN.test(text))
  const kinds = await Promise.all(
    [cards.filter((text) => !REDUCED.test(text)), cards].map(async (own, i) => {
      const inside = join(folder, `kind-${i}`)
      await mkdir(inside)
      const bytes = await template(inside, own, size)
      await rm(inside, { recursive: true })
      const places = new Map(headerCards(bytes, BLOCK).map((text, n) => [text.slice(0, 8).trim(), BLOCK + n * CARD]))
      return { bytes, places }
    }),
  )
  const files: BenchFile[] = []
  for (let i = 0; i < count; i++) {
    const number = Math.floor(i / 2)
    const date = new Date(Date.UTC(2024, 0, 1) + number * seconds * 1000).toISOString().slice(0, -1)
    const day = date.slice(0, 10).replaceAll('-', '')
    const stem = `lsc1m005-${camera}-${day}-${String(number % 10_000).padStart(4, '0')}`
    const reduced = i % 2 === 1
    const basename = `${stem}-${reduced ? 'e91' : 'e00'}`
    const { bytes, places } = kinds[reduced ? 1 : 0]!
    fill(bytes, places, {
      OBJECT: `Field ${number}`,
      INSTRUME: camera,
      'DATE-OBS': date,
      'DAY-OBS': day,
      FRAMENUM: number,
      MOLUID: String(100_000 + number),
      BLKUID: String(200_000 + Math.floor(number / 10)),
      CRVAL1: (number * 1.37) % 360,
      CRVAL2: ((number * 0.77) % 160) - 80,
      ...(reduced ? { ORIGNAME: `${stem}-e00.fits`, L1MEDIAN: 1000 + number / 7 } : {}),
    })
    const path = join(folder, `${basename}.fits.fz`)
    await writeFile(path, bytes)
    files.push({ path, basename, md5: createHash('md5').update(bytes).digest('hex') })
  }
  return files
}
