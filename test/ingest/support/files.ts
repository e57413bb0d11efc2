import { parseConfig } from '../../../src/config/config.ts'
import { bytesSource } from '../../../src/fits/source.ts'
import type { IngestFile, ProposalTags, Rules } from '../../../src/ingest/describe/description.ts'

/** What ingest is told by an environment. */
export function rulesOf(environment: Record<string, string> = {}): Rules {
  const { ingest, files } = parseConfig(environment)
  return { ...ingest, classOverrides: files.classOverrides }
}

export const noTags: ProposalTags = async () => []

/** A file of some bytes; as a stream it comes in pieces. */
export function fileOf(filename: string, bytes: Uint8Array): IngestFile {
  return {
    name: filename,
    filename,
    size: bytes.length,
    open: async () => bytesSource(bytes),
    stream: () => piecesOf(bytes),
  }
}

export function piecesOf(bytes: Uint8Array, length = 10_007): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      // a copy: whoever reads the stream owns what it gives
      controller.enqueue(bytes.slice(at, at + length))
      at += length
    },
  })
}

const BLOCK = 2880

/** A FITS header of cards, which are filled up to 80 characters. */
export function headerOf(cards: readonly string[]): Uint8Array {
  const text = [...cards, 'END'].map((card) => card.padEnd(80)).join('')
  return new TextEncoder().encode(text.padEnd(Math.ceil(text.length / BLOCK) * BLOCK))
}

/** The headers that a frame must have, and others, as cards of a FITS file without data. */
export function cardsOf(values: Record<string, string | number | boolean | null> = {}): string[] {
  const all = {
    PROPID: 'LCO2015-1',
    'DATE-OBS': '2015-12-21T15:48:03.963',
    'DAY-OBS': '20151221',
    INSTRUME: 'kb70',
    SITEID: 'cpt',
    TELID: '1m0a',
    OBSTYPE: 'EXPOSE',
    BLKUID: 74180136,
    ...values,
  }
  const said = Object.entries(all).map(([key, value]) => `${key.padEnd(8)}= ${cardValue(value)}`)
  return ['SIMPLE  =                    T', 'BITPIX  =                    8', 'NAXIS   =                    0', ...said]
}

function cardValue(value: string | number | boolean | null): string {
  if (value === null) return ''
  if (typeof value === 'string') return `'${value.replaceAll("'", "''").padEnd(8)}'`
  return (typeof value === 'number' ? String(value) : value ? 'T' : 'F').padStart(20)
}

export const fitsOf = (values?: Parameters<typeof cardsOf>[0]): Uint8Array => headerOf(cardsOf(values))
