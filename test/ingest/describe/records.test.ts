import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, describe as group, test } from 'vitest'
import { readMetadata } from '../../../src/fits/header/dictionary.ts'
import { describe } from '../../../src/ingest/describe/describe.ts'
import { BadFile, type IngestFile } from '../../../src/ingest/describe/description.ts'
import { recordJson } from '../../../src/ingest/describe/record.ts'
import { dataFile, readData, readJson } from '../../support/data.ts'
import { fileOf, noTags, rulesOf } from '../../support/ingest_files.ts'

/** What the reference library makes of a real file. */
interface Fact {
  class: string
  path: string
  content_type: string
  extension: string
  record: { area: Area | null } & Record<string, unknown>
  metadata?: Record<string, unknown>
  error?: string
}
interface Area {
  type: string
  coordinates: number[][][]
}

const facts = Object.entries(readJson<Record<string, Fact>>('ingest/describe', 'records.json'))
/** Big files: their headers, with zeros for data. */
const heads = readJson<Record<string, { size: number; gzip: string }>>('ingest/describe', 'heads.json')

function fileNamed(name: string): IngestFile {
  const filename = basename(name)
  if (existsSync(dataFile('fits', filename))) return fileOf(filename, readData('fits', filename))
  const { size, gzip } = heads[filename]!
  const whole = new Uint8Array(size)
  whole.set(gunzipSync(Buffer.from(gzip, 'base64')))
  return fileOf(filename, whole)
}

const DEGREES = 1e-9

group('what the reference library says of real files is said here too', () => {
  test.each(facts)('%s', async (name, fact) => {
    const metadata = fact.metadata && readMetadata(JSON.stringify(fact.metadata))
    const described = describe(fileNamed(name), metadata, rulesOf(), noTags)
    if (fact.error) {
      await expect(described).rejects.toThrow(BadFile)
      await expect(described).rejects.toThrow(fact.error.replace('FileSpecificationException: ', ''))
      return
    }
    const { record, ...rest } = await described
    const said = JSON.parse(recordJson(record)) as Fact['record']
    expect(rest).toMatchObject({
      class: fact.class,
      path: fact.path,
      contentType: fact.content_type,
      extension: fact.extension,
      basename: fact.record.basename,
    })
    expect({ ...said, area: null }).toEqual({ ...fact.record, area: null })
    expect(Object.keys(said)).toEqual(Object.keys(fact.record))
    expect(farthest(said.area, fact.record.area)).toBeLessThan(DEGREES)
  })
})

/** The largest difference of a coordinate in degrees; of areas of another form, infinity. */
function farthest(a: Area | null, b: Area | null): number {
  if (!a || !b) return a === b ? 0 : Infinity
  const [p, q] = [a.coordinates.flat(2), b.coordinates.flat(2)]
  if (a.type !== b.type || p.length !== q.length) return Infinity
  return Math.max(...p.map((x, i) => Math.abs(x - q[i]!)))
}
