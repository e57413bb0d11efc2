import { expect, describe as group, test } from 'vitest'
import { readMetadata } from '../../../src/fits/header/dictionary.ts'
import { describe } from '../../../src/ingest/describe/describe.ts'
import { BadFile } from '../../../src/ingest/describe/description.ts'
import { recordJson } from '../../../src/ingest/describe/record.ts'
import { readJson } from '../../support/data.ts'
import { headerOf } from '../../support/fits_file.ts'
import { fileOf, noTags, rulesOf } from '../../support/ingest_files.ts'

/** What the reference library made of generated headers, names and settings. */
interface Fact {
  name: string
  environment?: Record<string, string>
  metadata?: Record<string, unknown>
  cards?: string[]
  class: string
  path: string
  contentType: string
  record: { headers: Record<string, unknown>; area: { coordinates: number[][][] } | null }
  error?: string
}

const facts = readJson<Fact[]>('ingest/describe', 'facts.json')
const titled = facts.map((fact, i) => [`${i} ${fact.name} ${JSON.stringify(fact.environment ?? {})}`, fact] as const)

const described = ({ name, cards, metadata, environment }: Fact) =>
  describe(
    fileOf(name, cards ? headerOf(cards) : new TextEncoder().encode('%PDF')),
    metadata && readMetadata(JSON.stringify(metadata)),
    rulesOf(environment),
    noTags,
  )

group('generated headers, names and settings give what the reference library gives', () => {
  test.each(titled.filter(([, fact]) => !fact.error))('%s', async (_, fact) => {
    const { class: fileClass, path, contentType, record } = await described(fact)
    expect({ class: fileClass, path, contentType }).toEqual({
      class: fact.class,
      path: fact.path,
      contentType: fact.contentType,
    })
    const said = JSON.parse(recordJson(record)) as Fact['record']
    expect({ ...said, area: null }).toEqual({ ...fact.record, area: null })
    expect(Object.keys(said.headers)).toEqual(Object.keys(fact.record.headers))
    const [p, q] = [said, fact.record].map(({ area }) => area?.coordinates.flat(2) ?? [])
    expect(p!.length).toBe(q!.length)
    for (const [i, x] of p!.entries()) expect(Math.abs(x - q![i]!)).toBeLessThan(1e-9)
  })

  test.each(titled.filter(([, fact]) => fact.error))('%s is refused', async (_, fact) => {
    await expect(described(fact)).rejects.toThrow(BadFile)
    const itsOwn = /^FileSpecificationException: (Could not find .*headers!|file extension .* type$|OBSTYPE .* it$)/
    const words = itsOwn.exec(fact.error!)?.[1]
    if (words) await expect(described(fact)).rejects.toThrow(words)
  })
})
