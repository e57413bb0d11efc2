import { describe, expect, test } from 'vitest'
import { type HeaderDict, Real } from '../../../src/fits/header/dictionary.ts'
import { traceOutline } from '../../../src/fits/wcs/outline.ts'
import { WcsError } from '../../../src/fits/wcs/values.ts'
import { pixelToWorld, readWcs } from '../../../src/fits/wcs/wcs.ts'
import { readJson } from '../../support/data.ts'
import { dict, type Headers } from '../../support/wcs_headers.ts'

type Corners = [number, number][]

/**
 * Headers, as changes to `base` and keywords left out, and the corners that astropy gives, without a change of frame;
 * null: it refuses them. A reason at the end: they are refused here, where astropy or the reference takes a default.
 */
type Case = [string, Headers, string[], Corners | null, string?]
const known: { base: Headers; cases: Case[] } = readJson('fits/wcs', 'corners.json')
const records: Record<string, { record: { headers: Headers; area: { coordinates: Corners[] } | null } }> = readJson(
  'fits',
  'records.json',
)

const BASE = known.base
const with_ = (changes: Headers): HeaderDict => dict({ ...BASE, ...changes })

/** Degrees on the sky: how far apart the farthest pair is; RA counts less towards the poles. */
function distance(got: Corners, want: Corners, headers: Headers): number {
  const isLongitude = (axis: number) => /^(RA|[GE]LON)-/.test(String(headers[`CTYPE${axis + 1}`]).trim())
  const isLatitude = (axis: number) => isLongitude(1 - axis)
  return Math.max(
    ...want.flatMap((point, i) =>
      point.map((value, axis) => {
        const shrink =
          isLongitude(axis) && !isLatitude(axis) ? Math.max(Math.cos((point[1 - axis]! * Math.PI) / 180), 1e-3) : 1
        return (Math.abs(value - got[i]![axis]!) * shrink) / Math.max(1, Math.abs(value) / 360)
      }),
    ),
  )
}

/** The four corner pixels in the order of the axes and in the frame of the headers. */
function corners(headers: HeaderDict): Corners {
  const wcs = readWcs(headers)
  const [width, height] = [Number(headers.get('NAXIS1')), Number(headers.get('NAXIS2'))]
  const pixels: Corners = [
    [1, 1],
    [1, height],
    [width, height],
    [width, 1],
  ]
  return pixels.map(([x, y]) => pixelToWorld(wcs, x, y))
}

/** Why there is no outline. */
function reasonOf(headers: HeaderDict): string {
  try {
    traceOutline(headers)
  } catch (error) {
    expect(error).toBeInstanceOf(WcsError)
    return (error as Error).message
  }
  throw new Error('there is an outline')
}

describe('headers of all kinds lead where astropy says, or nowhere', () => {
  test.each(known.cases)('%s', (_name, changes, dropped, want, reason) => {
    const headers = { ...BASE, ...changes }
    for (const key of dropped) delete headers[key]
    if (want === null || reason) return expect(reasonOf(dict(headers))).toContain(reason ?? '')
    const got = corners(dict(headers))
    expect(got).toHaveLength(4)
    expect(distance(got, want, headers)).toBeLessThan(1e-9)
  })
})

describe('the areas of real frames', () => {
  const frames = Object.entries(records).filter(
    ([, { record }]) => record.headers.CD1_1 && record.headers.NAXIS2 && !record.headers.NAXIS3 && record.area,
  )
  test('there are some', () => expect(frames.length).toBeGreaterThan(2))
  test.each(frames)('%s', (_name, { record }) => {
    const got = traceOutline(dict(record.headers))
    expect(got).toHaveLength(5)
    expect(distance(got, record.area!.coordinates[0]!, record.headers)).toBeLessThan(1e-11)
  })
})

describe('why headers do not lead to the sky is said', () => {
  test.each(['XXX', 'DSS', 'TAB'])('%s is not read', (code) => {
    expect(reasonOf(with_({ CTYPE1: `RA---${code}`, CTYPE2: `DEC--${code}` }))).toContain(code)
  })
  test('a TNX polynomial is not read', () => {
    expect(reasonOf(with_({ WAT1_001: 'wtype=tnx axtype=ra lngcor = "3. 3. 3. 2. "' }))).toContain('WAT1_001')
  })
  test('a value that no card can hold', () => {
    expect(reasonOf(with_({ FOO: 'é' }))).toContain('FOO')
    expect(reasonOf(new Map([...with_({}), ['FOO', new Real(Number.NaN)]]))).toContain('FOO')
  })
  test('a commentary may have lines and any characters', () => {
    expect(traceOutline(with_({ COMMENT: 'é\nè', HISTORY: 'a\nb', '': 'a\nb' }))).toHaveLength(5)
  })
  test('coordinates without a value', () => {
    expect(reasonOf(with_({ CRVAL1: null }))).toBe('CRVAL1 has no value')
  })
  test('an image whose corners are beyond the limb', () => {
    const far = with_({ CTYPE1: 'RA---SIN', CTYPE2: 'DEC--SIN', CD1_1: 0.5, CD2_2: 0.5 })
    expect(reasonOf(far)).toContain('outside the sky')
  })
  test('a size that is no number', () => {
    expect(reasonOf(with_({ NAXIS1: '1000' }))).toContain('NAXIS1')
  })
})

test('whole numbers of any length are numbers', () => {
  const got = corners(new Map([...with_({}), ['CRVAL1', 120n]]))
  expect(got).toEqual(corners(with_({})))
})

test('the reference pixel is where CRVAL says', () => {
  const [ra, dec] = pixelToWorld(readWcs(with_({})), 500.5, 400.5)
  expect(ra).toBeCloseTo(120, 12)
  expect(dec).toBeCloseTo(30, 12)
})
