import { expect, test } from 'vitest'
import { type HeaderValue, Real } from '../../../src/fits/header/dictionary.ts'
import type { IngestRecord } from '../../../src/ingest/describe/description.ts'
import { observationEnd } from '../../../src/ingest/describe/observation_end.ts'

const endOf = (observation_date: unknown, end: HeaderValue | undefined, exposure_time: unknown = null) => {
  const headers = new Map<string, HeaderValue>(end === undefined ? [] : [['OBSEND', end]])
  return observationEnd({ observation_date, exposure_time, headers } as unknown as IngestRecord, 'OBSEND')
}

test.each<[string, unknown, HeaderValue | undefined, unknown, string | null]>([
  ['a time of the same day', '2021-10-10T20:00:00', '23:00:00', null, '2021-10-10T23:00:00.000Z'],
  ['a time after midnight', '2021-10-10T20:00:00', '04:00:00.5', null, '2021-10-11T04:00:00.500Z'],
  ['a whole date', '2021-10-10T20:00:00', '2021-10-10T21:30:00.25', 9, '2021-10-10T21:30:00.250Z'],
  ['an exposure time', '2021-10-10T20:00:00', undefined, new Real(375), '2021-10-10T20:06:15.000Z'],
  ['an end that is none', '2021-10-10T20:00:00', 'UNKNOWN', 375, '2021-10-10T20:06:15.000Z'],
  ['no end and no exposure time', '2021-10-10T20:00:00.5', undefined, null, '2021-10-10T20:00:00.500Z'],
  ['an exposure time that is none', '2021-10-10T20:00:00', undefined, 'long', '2021-10-10T20:00:00.000Z'],
  ['no observation date', null, '23:00:00', 375, null],
])('the end of an observation with %s', (_, date, end, exposure, expected) => {
  expect(endOf(date, end, exposure)).toBe(expected)
})
