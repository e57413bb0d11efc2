import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dummyStore } from '../../src/files/store/store.ts'
import type { FrameRow, FrameThumbnail, FrameVersion } from '../../src/queries/frames/columns.ts'
import { RawJson, writeJson } from '../../src/raw_json.ts'
import { COLUMNS } from '../../src/schemas/columns.ts'
import { frame as schema } from '../../src/schemas/frame_answers.ts'
import { showFrame, showWrittenFrame } from '../../src/views/frame.ts'

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '"', '\\', '\u2028', '\ud800', '{"":0}'),
)
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const id = fc.nat()
const time = fc.constantFrom(
  '2016-01-02 03:04:05.678+00',
  '2016-01-02 03:04:05+00',
  'infinity',
  '0044-03-15 00:00:00+00 BC',
)
const area = fc.constantFrom(
  '{"type":"Polygon","coordinates":[[[10.48,41.07],[10.48,41.47],[10.88,41.47],[10.48,41.07]]]}',
  '{"type":"Polygon","coordinates":[[[0.0000001,-0.000000123],[8.123456789012345,-0],[0,1],[0.0000001,-0.000000123]]]}',
  '{"type":"Polygon","coordinates":[[[NaN,1],[1,2],[3,4],[NaN,1]]]}',
  '{"type":"Polygon","coordinates":[]}',
)
const version = fc.tuple(id, text, text, text, time, fc.constant(null), fc.constant(null)) as fc.Arbitrary<FrameVersion>
const thumbnail = fc.tuple(id, text, text, text, text, fc.constant(null)) as fc.Arbitrary<FrameThumbnail>
const rows: fc.Arbitrary<FrameRow> = fc.record(
  {
    id,
    basename: text,
    area: orNull(area),
    observation_date: orNull(time),
    observation_day: orNull(fc.constant('2016-01-02')),
    proposal_id: text,
    instrument_id: text,
    target_name: text,
    reduction_level: fc.integer({ min: -32768, max: 32767 }),
    site_id: text,
    telescope_id: text,
    exposure_time: orNull(fc.oneof(fc.double(), fc.constantFrom(1e-7, 1e21, Number.NaN))),
    primary_optical_element: text,
    public_date: orNull(time),
    configuration_type: text,
    observation_id: orNull(id),
    request_id: orNull(id),
    versions: fc.array(version, { maxLength: 3 }),
    related_frames: fc.array(id),
    thumbnails: fc.array(thumbnail, { maxLength: 2 }),
  },
  {
    requiredKeys: [
      ...(['id', 'basename', 'area', 'observation_date', 'observation_day', 'proposal_id'] as const),
      ...(['instrument_id', 'target_name', 'reduction_level', 'site_id', 'telescope_id', 'exposure_time'] as const),
      ...([
        'primary_optical_element',
        'public_date',
        'configuration_type',
        'observation_id',
        'request_id',
        'versions',
      ] as const),
    ],
  },
)
const links = {
  store: { ...dummyStore, url: ({ path }: { path: string }) => `https://files.example/${path}` },
  base: '',
}

test('a frame is written as JSON.stringify writes it, whatever is in its row', () => {
  fc.assert(
    fc.property(fc.array(rows), (page) => {
      const value = { results: page.map((row) => showFrame(row, links)) }
      expect(writeJson(value)).toBe(JSON.stringify(value))
    }),
  )
})

test('a frame that is read has what is written, and each column under its keyword too', () => {
  fc.assert(
    fc.property(rows, (row) => {
      const read = JSON.parse(writeJson(showFrame(row, links)))
      const { url = null, filename = null, ...written } = JSON.parse(writeJson(showWrittenFrame(row, links)))
      expect(read).toMatchObject({ ...written, url, filename })
      for (const [name, { keyword }] of Object.entries(COLUMNS)) expect(read[keyword]).toEqual(read[name])
      const shown = new Set(Object.keys(read))
      expect(Object.keys(schema.shape).filter((key) => shown.has(key))).toHaveLength(shown.size)
    }),
  )
})

test('an area that is no JSON is not shown', () => {
  const [row] = fc.sample(rows, 1)
  const shown = (text: string) => JSON.parse(writeJson(showFrame({ ...row!, area: text }, links))).area
  expect(shown('{"type":"Polygon","coordinates":[[[NaN,1],[1,2],[3,4],[NaN,1]]]}')).toBe(undefined)
  expect(shown('{"type":"Polygon","coordinates":[[[Infinity,1]]]}')).toBe(undefined)
  expect(shown('{"type":"Polygon","coordinates":[[[-0,1e-9]]]}').coordinates).toEqual([[[0, 1e-9]]])
})

test('an area goes unread where JavaScript would write its digits alike', () => {
  const [row] = fc.sample(rows, 1)
  const isRaw = (numbers: string) =>
    showFrame({ ...row!, area: `{"type":"Polygon","coordinates":[[[${numbers}]]]}` }, links).area instanceof RawJson
  for (const numbers of ['-69.06903986780588,-1.931169268840135', '0,0.5', '-0.5,180', '98.123456789012345,0.00001'])
    expect(isRaw(numbers), numbers).toBe(true)
  for (const numbers of ['-0,1', '1,-0', '0.0000001,1', '-0.0000009,1', '8.123456789012345,1', '1e-9,1', 'NaN,1'])
    expect(isRaw(numbers), numbers).toBe(false)
})
