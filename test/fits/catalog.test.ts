import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { catalog, catalogSize } from '../../src/fits/catalog.ts'
import { readHeader } from '../../src/fits/header.ts'
import { bytesSource } from '../../src/fits/source.ts'
import { collect } from './support/collect.ts'
import { json, kept } from './support/files.ts'
import { ranged } from './support/sources.ts'

interface Wanted {
  size: number
  md5: string
  primary: [string, unknown, string][]
  catalogue: [string, unknown, string][]
  data_md5: string
}

const md5Of = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

describe.each(Object.entries(json<Record<string, Wanted>>('catalog.json')))('the catalogue of %s', (name, wanted) => {
  const file = kept(name)

  test('is byte for byte the reference’s', async () => {
    const bytes = await collect((await catalog(bytesSource(file)))!)
    expect(bytes.length).toBe(wanted.size)
    expect(md5Of(bytes)).toBe(wanted.md5)
    expect(md5Of(bytes.subarray(8640, 8640 + 960))).toBe(wanted.data_md5)
  })

  test('has the cards of SCI and CAT', async () => {
    const source = bytesSource(await collect((await catalog(bytesSource(file)))!))
    const primary = (await readHeader(source, 0))!
    const table = (await readHeader(source, primary.blocks * 2880))!
    for (const [header, cards] of [
      [primary, wanted.primary],
      [table, wanted.catalogue],
    ] as const) {
      expect(header.cards.map((card) => card.slice(0, 8).trim())).toEqual(cards.map(([keyword]) => keyword))
      for (const [keyword, value] of cards) if (keyword !== 'HISTORY') expect(header.get(keyword)).toBe(value)
    }
  })

  test('costs the headers and the table, and its size the headers alone', async () => {
    const source = ranged(file)
    expect(await catalogSize(source)).toBe(wanted.size)
    expect(source.asked.every(({ start, end }) => end - start === 2880)).toBe(true)
    await collect((await catalog(source))!)
    expect(source.asked.reduce((sum, { start, end }) => sum + end - start, 0)).toBeLessThan(30_000)
    expect(source.open()).toBe(0)
  })
})

test('a file without SCI or CAT has none', async () => {
  for (const name of ['i16-r.fits.fz', 'cpt1m010-kb70-20151219-0073-e10_cat.fits.fz']) {
    expect(await catalog(bytesSource(kept(name)))).toBeNull()
    expect(await catalogSize(bytesSource(kept(name)))).toBeNull()
  }
})
